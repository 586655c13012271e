from django.db import migrations

# Each reader once, from when they first put it into one of the lists that they have.
_DAYS_OF_SAVES = """
INSERT INTO papers_signal (paper_id, kind, observed_on, value)
SELECT paper_id, 'saves', day, sum(n) OVER (PARTITION BY paper_id ORDER BY day) FROM (
    SELECT paper_id, day, count(*) AS n FROM (
        SELECT e.paper_id, l.owner_id, (min(e.added_at) AT TIME ZONE 'UTC')::date AS day
        FROM readinglists_entry e JOIN readinglists_readinglist l ON l.id = e.reading_list_id
        GROUP BY 1, 2) a_reader GROUP BY 1, 2) a_day
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("readinglists", "0001_initial"), ("papers", "0008_fill_trending")]

    operations = [
        migrations.RunSQL(_DAYS_OF_SAVES, "DELETE FROM papers_signal WHERE kind = 'saves'")
    ]
