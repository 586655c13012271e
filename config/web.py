"""How gunicorn's threads wait (never on a connection that says nothing), and how long an address
may be.
"""

from importlib import import_module

from gunicorn.http import message
from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker
from gunicorn.workers.sync import SyncWorker

from config.supervisor.children import LONGEST_ADDRESS_BYTES

SILENCE_SECONDS = 0.05

# More than 8,190 bytes are else cut down to that, whatever is configured.
message.MAX_REQUEST_LINE = LONGEST_ADDRESS_BYTES


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """A thread worker whose threads are free for whoever has something to ask.

    Browsers open connections ahead of need. Gunicorn 27 gives each new one a thread for 5 s, so
    that eight held up everybody else for 5 s (measured); here they wait in the worker's poller.
    """

    def load_wsgi(self) -> None:
        super().load_wsgi()
        _warm_up()

    def handle(self, conn: TConn) -> object:
        if not (conn.initialized or conn.data_ready):
            if not conn.wait_for_data(SILENCE_SECONDS):
                return _DEFER
            conn.data_ready = True
        return super().handle(conn)


class BufferedWorker(SyncWorker):  # type: ignore[misc]
    """One request at a time and cheaper for it, where a proxy hands over whole requests only."""

    def load_wsgi(self) -> None:
        super().load_wsgi()
        _warm_up()


def _warm_up() -> None:
    # Only now can what uses Django be imported.
    import_module("config.warm").warm_up()
