"""The module that Django looks for in a database engine."""

from contextlib import suppress
from types import ModuleType
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from config.patient_postgres import longest_wait

# A server that answers ends the question when it is asked to; one that does not is not waited for.
_CANCEL_SECONDS = 1.0


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed, with OperationalError, where an answer does not come in time."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, longest_wait() if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:
            if timeout is not None:
                raise
        with suppress(psycopg.Error):
            self.cancel_safe(timeout=_CANCEL_SECONDS)
        self.pgconn.finish()
        raise psycopg.OperationalError(f"Postgres gave no answer for {longest_wait():.0f} s.")


def _patient_psycopg() -> ModuleType:
    """All of psycopg, but that `connect` makes patient connections."""
    module = ModuleType("patient_psycopg")
    vars(module).update(vars(psycopg), connect=PatientConnection.connect)
    return module


class DatabaseWrapper(base.DatabaseWrapper):
    # Django takes `connect` of it, and the classes of errors.
    Database = _patient_psycopg()
