"""Django's `migrate`, which makes nobody wait: it gives up a lock after two seconds and tries anew.

A statement that waits for a lock holds up everybody who comes after it, so a long transaction of
one reader would stop the site. An index that is built beside the traffic holds up nobody and may
wait.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

LOCK_TIMEOUT = "2s"
TRIES = 30
PAUSE_SECONDS = 2.0


class TableInUseError(CommandError):
    """A table was in use for as long as this tried, which passes: a backup reads all of them."""


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                with _short_waits(options["database"]):
                    super().handle(*args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                self.stderr.write(f"A table is in use; trying again ({attempt} of {TRIES}).")
                time.sleep(PAUSE_SECONDS)
            else:
                return
        raise TableInUseError(
            "A table was in use for as long as this tried: end the long transaction "
            "(pg_stat_activity names it; a backup is one), then migrate again. What was done until "
            "then stays."
        )


@contextmanager
def _short_waits(alias: str) -> Iterator[None]:
    connection = connections[alias]
    now = ""

    def run(
        execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        nonlocal now
        wanted = "0" if "CONCURRENTLY" in str(sql) else LOCK_TIMEOUT
        if wanted != now:
            # Set anew after a rollback, which takes it back.
            execute(f"SET lock_timeout = '{wanted}'", None, False, context)
            now = "" if connection.in_atomic_block else wanted
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(run):
            yield
    finally:
        if connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
