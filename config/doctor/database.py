"""Postgres: whether it answers, its version, its extensions, what our role may, its tables."""

from collections.abc import Iterator

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.doctor.findings import Finding, fault, warning, well
from papers.numerals import grouped

OLDEST_VERSION = 15
# halfvec and the iterative scan of an index.
EXTENSIONS = {"vector": (0, 8)}
ALMOST_ALL_CONNECTIONS = 0.8
_FACTS = """
SELECT current_setting('server_version_num')::int / 10000, current_setting('server_version'),
    current_user, rolsuper, current_setting('max_connections')::int,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
FROM pg_roles WHERE rolname = current_user
"""


def look() -> Iterator[Finding]:
    name = _("Database")
    try:
        connection.ensure_connection()
    except Error as error:
        advice = _(
            "Start Postgres, and see whether DATABASE_URL names it, with the right password."
        )
        yield fault(name, str(error).strip().partition("\n")[0], advice)
        return
    yield from _look_at_server(name)
    yield from _look_at_extensions()
    yield from _look_at_tables()


def _look_at_server(name: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(_FACTS)
        major, version, role, is_superuser, most, used = cursor.fetchone()
    if major < OLDEST_VERSION:
        advice = _("Move to Postgres %s or newer.") % OLDEST_VERSION
        yield fault(name, _("It is Postgres %s.") % version, advice)
        return
    words = _("Postgres %(version)s answers, as %(role)s.")
    yield well(name, words % {"version": version, "role": role})
    if is_superuser and not settings.EMBEDDED_POSTGRES:
        advice = f'ALTER ROLE "{role}" NOSUPERUSER;'
        words = _("The role of the site may do everything on this server.")
        yield warning(_("Role"), words, advice)
    if used > most * ALMOST_ALL_CONNECTIONS:
        words = _("%(used)d of %(most)d connections are in use.") % {"used": used, "most": most}
        yield warning(_("Connections"), words, _("Raise max_connections, or run fewer processes."))


def _look_at_extensions() -> Iterator[Finding]:
    name = _("Extensions")
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname, extversion FROM pg_extension")
        there = dict(cursor.fetchall())
    is_well = True
    for extension, oldest in EXTENSIONS.items():
        if extension not in there:
            advice = f"CREATE EXTENSION {extension};"
            yield fault(name, _("%s is missing.") % extension, _as_superuser(advice))
        elif _numbers(there[extension]) < oldest:
            words = _("%(name)s %(version)s is too old.") % {
                "name": extension,
                "version": there[extension],
            }
            yield fault(name, words, _as_superuser(f"ALTER EXTENSION {extension} UPDATE;"))
        else:
            continue
        is_well = False
    if is_well:
        yield well(name, ", ".join(f"{each} {there[each]}" for each in EXTENSIONS))


def _look_at_tables() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        words = ngettext(
            "%s change of the tables waits.", "%s changes of the tables wait.", waiting
        )
        yield fault(_("Tables"), words % grouped(waiting), _("Run “manage.py migrate”."))
    else:
        yield well(_("Tables"), _("They are those of this version."))


def _as_superuser(sql: str) -> str:
    return _("An administrator of Postgres runs in the database of the site: %s") % sql


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
