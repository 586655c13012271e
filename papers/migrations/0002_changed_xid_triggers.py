"""Stamp each paper with the transaction that changed it, and remember deleted ones.

The index follower reads papers by `changed_xid` (DESIGN 3.3). Only what the index holds counts as
a change: votes and scores lie in another table and stamp nothing.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION papers_stamp_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_xid := pg_current_xact_id();
    RETURN NEW;
END $$;

CREATE TRIGGER papers_paper_stamp BEFORE INSERT OR UPDATE ON papers_paper
    FOR EACH ROW EXECUTE FUNCTION papers_stamp_paper();

CREATE FUNCTION papers_bury_papers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO papers_papertombstone (paper_id, changed_xid)
    SELECT id, pg_current_xact_id() FROM gone
    ON CONFLICT (paper_id) DO UPDATE SET changed_xid = EXCLUDED.changed_xid;
    RETURN NULL;
END $$;

CREATE TRIGGER papers_paper_bury AFTER DELETE ON papers_paper
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION papers_bury_papers();

-- A category gained or lost changes the paper. The update's values are the old ones: the trigger
-- above stamps them. Rows of the same transaction are stamped already.
CREATE FUNCTION papers_stamp_recategorised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE papers_paper SET changed_xid = changed_xid
    WHERE id IN (SELECT paper_id FROM touched) AND changed_xid <> pg_current_xact_id();
    RETURN NULL;
END $$;

CREATE TRIGGER papers_papercategory_added AFTER INSERT ON papers_papercategory
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION papers_stamp_recategorised();
CREATE TRIGGER papers_papercategory_removed AFTER DELETE ON papers_papercategory
    REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION papers_stamp_recategorised();

INSERT INTO papers_searchepoch (id, epoch) VALUES (1, gen_random_uuid());
"""

BACKWARD = """
DELETE FROM papers_searchepoch;
DROP TRIGGER papers_papercategory_removed ON papers_papercategory;
DROP TRIGGER papers_papercategory_added ON papers_papercategory;
DROP FUNCTION papers_stamp_recategorised;
DROP TRIGGER papers_paper_bury ON papers_paper;
DROP FUNCTION papers_bury_papers;
DROP TRIGGER papers_paper_stamp ON papers_paper;
DROP FUNCTION papers_stamp_paper;
"""


class Migration(migrations.Migration):
    dependencies = [("papers", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
