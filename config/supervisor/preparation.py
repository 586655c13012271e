"""Makes database and static files ready for the processes that are about to start."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from config.servers.errors import ServersError

DATABASE_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.5
_MIGRATION_LOCK = 20_250_601  # any number of our own; two machines must not migrate at once
# PostgreSQL's codes (manual, appendix A) of no connection; a server that stops, crashed, starts.
_GONE = ("08", "57P01", "57P02", "57P03")


def wait_for_database(
    say: Callable[[str], None],
    pause: Callable[[float], None],
    *,
    patience_seconds: float = DATABASE_PATIENCE_SECONDS,
) -> None:
    """Wait until a server of the operator's own answers; raise ServersError when that takes longer
    than `patience_seconds`.
    """
    deadline = time.monotonic() + patience_seconds
    told = ""
    while True:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            if time.monotonic() > deadline:
                raise ServersError(f"No database answers at DATABASE_URL: {reason}") from error
        else:
            return
        if reason != told:
            say(f"waiting for the database of DATABASE_URL: {reason}")
            told = reason
        pause(_POLL_SECONDS)


def is_gone(error: OperationalError) -> bool:
    """Say whether the database went away, which passes; not a full disk, a lock or the like."""
    code = getattr(error.__cause__, "sqlstate", None)
    # Without a code nobody was there to say one: psycopg found the connection closed.
    return code is None or code.startswith(_GONE)


def is_needed(*, serves: bool) -> bool:
    """Say whether a migration is not applied yet or, where pages are served, a static file changed.

    Goes by the names of files: migrations, all of them loaded, are 60 MB.
    """
    return bool(_written() - _applied()) or (serves and not _is_collected(_fingerprint()))


def migrate(say: Callable[[str], None], pause: Callable[[float], None]) -> None:
    with _migrating_alone(say, pause):
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            say(f"bringing the database up to date ({len(plan)} changes)")
            call_command("migrate", interactive=False, verbosity=0)


def collect_static(say: Callable[[str], None]) -> None:
    """Collect and compress static files, unless none has changed since it was last done."""
    # Taken before: what changes meanwhile is collected the next time.
    wanted = _fingerprint()
    if _is_collected(wanted):
        return
    say("collecting static files")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    _stamp().write_text(wanted)


def load_samples() -> None:
    call_command("loadsamples")


@contextmanager
def _migrating_alone(say: Callable[[str], None], pause: Callable[[float], None]) -> Iterator[None]:
    # Asked again and again: a statement that waits for the lock holds a snapshot, for which CREATE
    # INDEX CONCURRENTLY of whoever has the lock would wait in turn.
    told = False
    while not _try_lock():
        if not told:
            say("another machine brings the database up to date; waiting for it")
            told = True
        pause(_POLL_SECONDS)
    try:
        yield
    finally:
        # A connection that was lost took the lock along, and why it was is the fault to tell.
        with suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])


def _try_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_MIGRATION_LOCK])
        return bool(cursor.fetchone()[0])


def _written() -> set[tuple[str, str]]:
    return {
        (app.label, path.stem)
        for app in apps.get_app_configs()
        for path in (Path(app.path) / "migrations").glob("[!_]*.py")
    }


def _applied() -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT).with_name("static.stamp")


def _is_collected(wanted: str) -> bool:
    stamp = _stamp()
    has_stamp = stamp.exists() and Path(settings.STATIC_ROOT).exists()
    return has_stamp and stamp.read_text() == wanted


def _fingerprint() -> str:
    """Return a digest of path, size and time of change of every static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = os.stat(Path(storage.path(path)))
            digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
