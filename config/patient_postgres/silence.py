"""What a process remembers of a Postgres that says nothing, so that not everybody waits for it.

A web process has a handful of threads: each that waits in vain is one that answers nobody. Once the
server has let somebody wait and did not even take the question back, one thread at a time tries to
connect; all others are told at once, until it could.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg


class Silence:
    """`is_on` from `begin` until a connection is made."""

    def __init__(self) -> None:
        self.is_on = False
        self._trying = threading.Lock()

    def begin(self) -> None:
        self.is_on = True

    def error(self) -> psycopg.OperationalError:
        return psycopg.OperationalError("Postgres gives no answer; it is being tried again.")

    @contextmanager
    def connecting(self) -> Iterator[None]:
        """Around a connection being made; raise OperationalError where another is tried already."""
        is_trial = self.is_on
        if is_trial and not self._trying.acquire(blocking=False):
            raise self.error()
        try:
            yield
            self.is_on = False
        except psycopg.errors.ConnectionTimeout:
            self.begin()
            raise
        finally:
            if is_trial:
                self._trying.release()
