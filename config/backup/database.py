"""The site's database as Postgres' own programs reach it, and what a backup has to know of it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from config.backup.programs import Found

# Derived, and made again by the site itself: vectors and their model (minutes), for half of the
# size of a backup. Logins, which a restore must not bring back to life after they were ended. And
# whether this is a copy, which the restore decides.
LEFT_OUT = (
    "papers_papervectora",
    "papers_papervectorb",
    "papers_meaningslot",
    "papers_meaningpart",
    "papers_meaningtraining",
    "django_session",
    "papers_restoredcopy",
)
# Django's names of what libpq takes from the environment.
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "options": "PGOPTIONS",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "channel_binding": "PGCHANNELBINDING",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}
_TABLES = """
SELECT c.relname FROM pg_class c
 WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """The database at one moment; `snapshot` names that moment to pg_dump."""

    snapshot: str
    schema: str
    server: int
    read_at: datetime
    migrations: dict[str, list[str]]
    rows: dict[str, int]


def environment() -> dict[str, str]:
    """Return what Postgres' programs need to reach the database; the password is nowhere else."""
    given: dict[str, Any] = connections[DEFAULT_DB_ALIAS].get_connection_params()
    found = {name: str(given[key]) for key, name in _VARIABLES.items() if given.get(key)}
    return {"PATH": os.defpath, "LC_ALL": "C", "HOME": os.environ.get("HOME", "/")} | found


@contextmanager
def facts_of_one_moment() -> Iterator[Facts]:
    """Read the facts, and keep their moment for pg_dump to read the same while this is open."""
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with connection.cursor() as cursor:
            # It says nothing for as long as the dump takes.
            cursor.execute("SET idle_in_transaction_session_timeout = 0")
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield _read_facts(cursor)
    finally:
        connection.close()


def count_rows(cursor: Any) -> dict[str, int]:
    """Return how many rows each table of ours has, those left out of backups apart."""
    counts = {}
    for table in own_tables(cursor):
        if table not in LEFT_OUT:
            cursor.execute(f"SELECT count(*) FROM {_quoted(table)}")  # noqa: S608
            counts[table] = int(cursor.fetchone()[0])
    return counts


def own_tables(cursor: Any) -> list[str]:
    cursor.execute(_TABLES)
    return [name for (name,) in cursor.fetchall()]


def server_version(connection: BaseDatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0])


def first_reason(stderr: str) -> str:
    """Return the line of a program's complaints that says most."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()] or ["no reason given"]
    return next((line for line in lines if "error" in line.lower()), lines[0])


def asks_for_tls() -> bool:
    """Whether DATABASE_URL takes no connection without TLS; a program without it says so late."""
    given: dict[str, Any] = connections[DEFAULT_DB_ALIAS].get_connection_params()
    return given.get("sslmode") in {"require", "verify-ca", "verify-full"}


def run(program: Found, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [program.path, *options],
        env=environment() | program.environment,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _read_facts(cursor: Any) -> Facts:
    cursor.execute(
        "SELECT pg_export_snapshot(), current_schema(), now(),"
        " current_setting('server_version_num')::int"
    )
    snapshot, schema, read_at, server = cursor.fetchone()
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    migrations: dict[str, list[str]] = {}
    for app, name in cursor.fetchall():
        migrations.setdefault(app, []).append(name)
    return Facts(snapshot, schema, server, read_at, migrations, count_rows(cursor))


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
