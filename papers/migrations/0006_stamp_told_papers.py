"""Stamp a paper when its identifiers change, or when another family of sources tells of it.

The index holds both (`doi:`, `has:doi`, `source:`), and the follower reads papers by their stamp
(0002). A second feed of the same family changes nothing there, and stamps nothing.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION papers_stamp_identified() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE papers_paper SET changed_xid = changed_xid
    WHERE id IN (SELECT paper_id FROM touched WHERE scheme <> 'url')
        AND changed_xid <> pg_current_xact_id();
    RETURN NULL;
END $$;

CREATE TRIGGER papers_paperidentifier_added AFTER INSERT ON papers_paperidentifier
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION papers_stamp_identified();
CREATE TRIGGER papers_paperidentifier_moved AFTER UPDATE ON papers_paperidentifier
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION papers_stamp_identified();
CREATE TRIGGER papers_paperidentifier_removed AFTER DELETE ON papers_paperidentifier
    REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION papers_stamp_identified();

CREATE FUNCTION papers_stamp_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE papers_paper p SET changed_xid = changed_xid
    WHERE changed_xid <> pg_current_xact_id() AND id IN (
        SELECT t.paper_id FROM touched t
        WHERE split_part(t.origin, ':', 1) IN ('arxiv_api', 'arxiv_list', 'arxiv_oai',
            'arxiv_oai_raw', 'arxiv_rss', 'huggingface', 'syndication', 'file')
        AND NOT EXISTS (
            SELECT 1 FROM papers_paperorigin o WHERE o.paper_id = t.paper_id AND o.id <> t.id
            AND split_part(o.origin, ':', 1) = split_part(t.origin, ':', 1)));
    RETURN NULL;
END $$;

CREATE TRIGGER papers_paperorigin_added AFTER INSERT ON papers_paperorigin
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION papers_stamp_told();
"""

BACKWARD = """
DROP TRIGGER papers_paperorigin_added ON papers_paperorigin;
DROP FUNCTION papers_stamp_told;
DROP TRIGGER papers_paperidentifier_removed ON papers_paperidentifier;
DROP TRIGGER papers_paperidentifier_moved ON papers_paperidentifier;
DROP TRIGGER papers_paperidentifier_added ON papers_paperidentifier;
DROP FUNCTION papers_stamp_identified;
"""


class Migration(migrations.Migration):
    dependencies = [("papers", "0005_meaning")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
