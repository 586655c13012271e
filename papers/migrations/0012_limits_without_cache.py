from django.db import migrations

# As Django's `createcachetable` makes it. Unlogged: what it holds is worth nothing after a crash.
TABLE = """
CREATE UNLOGGED TABLE papers_limits (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX papers_limits_expires ON papers_limits (expires);
"""


class Migration(migrations.Migration):
    """Where limits are counted while the cache is away (papers/limits.py)."""

    dependencies = [("papers", "0011_heartbeats")]

    operations = [migrations.RunSQL(TABLE, "DROP TABLE papers_limits")]
