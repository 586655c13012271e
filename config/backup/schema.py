"""Whether a database may be restored into: unused, empty, with its extensions; and emptying it."""

from django.db import Error, connection

from config.backup import database
from config.backup.archive import BackupError

_EXTENSIONS = ("vector",)
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# What an extension brought belongs to it and stays.
_CLEAR = """
DO $$
DECLARE each record;
BEGIN
    FOR each IN
        SELECT c.oid::regclass AS name,
            CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
          FROM pg_class c
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S')
           AND c.relnamespace = current_schema()::regnamespace
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid
                           AND d.deptype IN ('e', 'a', 'i') AND d.classid = 'pg_class'::regclass)
    LOOP
        EXECUTE format('DROP %s IF EXISTS %s CASCADE', each.kind, each.name);
    END LOOP;
    FOR each IN
        SELECT p.oid::regprocedure AS name FROM pg_proc p
         WHERE p.pronamespace = current_schema()::regnamespace
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', each.name);
    END LOOP;
END $$
"""


def refuse_others() -> None:
    """Raise BackupError when anybody else is connected to the database."""
    others = _ask(_OTHERS)
    if others:
        raise BackupError(
            f"The database is in use ({others} connections): stop the site first, on every machine."
        )


def refuse_rows() -> None:
    """Raise BackupError when the database has tables."""
    with connection.cursor() as cursor:
        tables = database.own_tables(cursor)
    if tables:
        raise BackupError(
            f"The database is not empty ({len(tables)} tables): back it up if it is of use, then "
            "restore with --replace, which drops what is there."
        )


def need_extensions() -> None:
    """Have pgvector in the database; raise BackupError with what to ask for."""
    for name in _EXTENSIONS:
        if _ask("SELECT count(*) FROM pg_extension WHERE extname = %s", name):
            continue
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
        except Error as error:
            raise BackupError(
                f"The database lacks {name}: ask its administrator for "
                f"'CREATE EXTENSION {name};' in it, then restore again."
            ) from error


def clear() -> None:
    """Drop every table and function of ours; extensions stay."""
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR)


def _ask(sql: str, *values: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.fetchone()[0])
