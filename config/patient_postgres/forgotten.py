"""Whether Postgres still knows a connection on which it lets somebody wait.

A proxy or firewall that was away may leave connections open that lead nowhere: it takes what is
sent, answers keep-alives, and the process that served them at the other end is gone. A long
question looks the same from here, so that the server is asked, by a new connection.
"""

from collections.abc import Generator
from time import monotonic
from typing import Any

import psycopg

# Of a question that takes so long, and again each time.
LOOK_SECONDS = 15.0
# For connecting, and for the answer.
_PATIENCE_SECONDS = 2
_IS_SERVED = "SELECT pg_backend_pid(), EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)"
# What psycopg waits by: yields what to wait for, is sent what is ready, nothing at times.
Waiting = Generator[Any, Any, Any]


class _Look(psycopg.Connection[Any]):
    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        return super().wait(gen, interval, _PATIENCE_SECONDS if timeout is None else timeout)


def looked_after(connection: psycopg.Connection[Any], waiting: Waiting) -> Waiting:
    """Go on as `waiting` does; raise OperationalError, closed, once nobody serves `connection`."""
    look_at = monotonic() + LOOK_SECONDS
    try:
        wanted = next(waiting)
        while True:
            ready = yield wanted
            if not ready and monotonic() >= look_at:
                if is_forgotten(connection):
                    connection.pgconn.finish()
                    raise psycopg.OperationalError("Postgres does not know the connection anymore.")
                look_at = monotonic() + LOOK_SECONDS
            wanted = waiting.send(ready)
    except StopIteration as end:
        return end.value


def is_forgotten(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server answers, and has no process for `connection`; False where it is silent."""
    info = connection.info
    options: dict[str, Any] = {
        # Of several hosts in the address, the one that was asked.
        "host": info.host,
        "hostaddr": info.hostaddr,
        "port": info.port,
        "password": info.password,
        "connect_timeout": _PATIENCE_SECONDS,
    }
    try:
        with _Look.connect(info.dsn, autocommit=True, **options) as look:
            pid, is_served = look.execute(_IS_SERVED, [info.backend_pid]).fetchone() or (0, True)
            # A pooler tells numbers of its own, which say nothing.
            return pid == look.info.backend_pid and not is_served
    except psycopg.Error:
        return False
