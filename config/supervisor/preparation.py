"""Makes database and static files ready for the processes that are about to start."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from config.servers.errors import ServersError

DATABASE_PATIENCE_SECONDS = 60.0
_MIGRATION_LOCK = 20_250_601  # any number of our own; two machines must not migrate at once


def wait_for_database(say: Callable[[str], None], pause: Callable[[float], None]) -> None:
    """Wait until a server of the operator's own answers; raise ServersError after a minute."""
    deadline = time.monotonic() + DATABASE_PATIENCE_SECONDS
    told = False
    while True:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            if time.monotonic() > deadline:
                reason = str(error).strip().splitlines()[0]
                raise ServersError(f"No database answers at DATABASE_URL: {reason}") from error
        else:
            return
        if not told:
            say("waiting for the database of DATABASE_URL")
            told = True
        pause(0.5)


def migrate(say: Callable[[str], None]) -> None:
    with _migrating_alone():
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            say(f"bringing the database up to date ({len(plan)} changes)")
            call_command("migrate", interactive=False, verbosity=0)


def collect_static(say: Callable[[str], None]) -> None:
    """Collect and compress static files, unless none has changed since it was last done."""
    stamp = settings.STATIC_ROOT.with_name("static.stamp")
    wanted = _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted and settings.STATIC_ROOT.exists():
        return
    say("collecting static files")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(wanted)


def load_samples() -> None:
    call_command("loadsamples")


def has_users() -> bool:
    return get_user_model().objects.exists()


@contextmanager
def _migrating_alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])


def _fingerprint() -> str:
    """Return a digest of path, size and time of change of every static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = os.stat(Path(storage.path(path)))
            digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
