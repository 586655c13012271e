"""Work that one process of all machines does at a time: a lock of its connection to Postgres."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_LOCK = "SELECT pg_try_advisory_lock(hashtext(%s))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext(%s))"


@contextmanager
def alone_at(name: str) -> Iterator[bool]:
    """Whether nobody else is at it; a killed process gives the lock back."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [name])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine and connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(_UNLOCK, [name])
