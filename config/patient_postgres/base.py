"""The module that Django looks for in a database engine."""

import time
from contextlib import nullcontext
from types import ModuleType
from typing import Any

import psycopg
from django.db import DatabaseError
from django.db.backends.postgresql import base

from config.patient_postgres import longest_wait
from config.patient_postgres.forgotten import LOOK_SECONDS, looked_after
from config.patient_postgres.silence import Silence

# A server that answers ends the question when it is asked to; one that does not is not waited for.
_CANCEL_SECONDS = 1.0
_TRY_AGAIN_SECONDS = 10.0
_silence = Silence()


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed, with OperationalError, where an answer does not come in time.

    Who waits for longer finds out meanwhile whether anybody is still there to answer.
    """

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        longest = longest_wait()
        if longest is None or longest > LOOK_SECONDS * 2:
            gen = looked_after(self, gen)
        if longest is None:
            return super().wait(gen, interval)
        if _silence.is_on:
            self.pgconn.finish()
            raise _silence.error()
        try:
            return super().wait(gen, interval, longest)
        except psycopg.errors._WaitTimeout:
            self._take_back()
        raise psycopg.OperationalError(f"Postgres gave no answer for {longest:.0f} s.")

    def _take_back(self) -> None:
        """End the question at the server, where it hears that; close the connection."""
        try:
            self.cancel_safe(timeout=_CANCEL_SECONDS)
        except psycopg.Error:
            _silence.begin()
        finally:
            self.pgconn.finish()


def connect(*arguments: Any, **options: Any) -> PatientConnection:
    with _silence.connecting() if longest_wait() is not None else nullcontext():
        return PatientConnection.connect(*arguments, **options)


def _patient_psycopg() -> ModuleType:
    """All of psycopg, but that `connect` makes patient connections."""
    module = ModuleType("patient_psycopg")
    vars(module).update(vars(psycopg), connect=connect)
    return module


class DatabaseWrapper(base.DatabaseWrapper):
    """Gives no connection up that works for being old, before it has a new one.

    A Postgres whose disk is full, or that has no place left, may take none, while those that there
    are go on reading.
    """

    # Django takes `connect` of it, and the classes of errors.
    Database = _patient_psycopg()

    def close_if_unusable_or_obsolete(self) -> None:
        is_old = self._is_old()
        if is_old:
            self.close_at = None
        super().close_if_unusable_or_obsolete()
        if is_old and self.connection is not None:
            self._renew()

    def _is_old(self) -> bool:
        # At an age of 0 none is to be there between requests.
        if not self.settings_dict["CONN_MAX_AGE"] or self.in_atomic_block:
            return False
        return self.close_at is not None and time.monotonic() >= self.close_at

    def _renew(self) -> None:
        old = self.connection
        try:
            self.connect()
        except (psycopg.Error, DatabaseError):
            if self.connection is not old:
                self.close()
            self.connection, self.health_check_done = old, False
            self.close_at = time.monotonic() + _TRY_AGAIN_SECONDS
        else:
            old.close()
