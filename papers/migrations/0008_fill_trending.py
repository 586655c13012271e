from django.db import migrations

# Votes that were given before counted at once.
_COUNT = "UPDATE papers_vote SET counted_at = voted_at WHERE counted_at IS NULL"
_DAYS_OF_VOTES = """
INSERT INTO papers_signal (paper_id, kind, observed_on, value)
SELECT paper_id, 'votes', day, sum(n) OVER (PARTITION BY paper_id ORDER BY day) FROM (
    SELECT paper_id, (voted_at AT TIME ZONE 'UTC')::date AS day, count(*) AS n
    FROM papers_vote GROUP BY 1, 2) a_day
ON CONFLICT DO NOTHING
"""
# Of what was seen before, only the day is known.
_MOMENTS = "UPDATE papers_signal SET observed_at = observed_on AT TIME ZONE 'UTC'"
_STARS_GAINED = """
UPDATE papers_paperstats s SET stars_gained = GREATEST(s.stars - first.value, 0)
FROM (SELECT DISTINCT ON (paper_id) paper_id, value FROM papers_signal
      WHERE kind = 'github_stars' ORDER BY paper_id, observed_on) first
WHERE s.paper_id = first.paper_id AND s.stars IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("papers", "0007_trending")]

    operations = [
        migrations.RunSQL(_COUNT, migrations.RunSQL.noop),
        migrations.RunSQL(_MOMENTS, migrations.RunSQL.noop),
        migrations.RunSQL(_DAYS_OF_VOTES, "DELETE FROM papers_signal WHERE kind = 'votes'"),
        migrations.RunSQL(_STARS_GAINED, migrations.RunSQL.noop),
    ]
