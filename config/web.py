"""How gunicorn waits: with no thread before the head of a request is there, and not for ever for
its body; and how long an address may be.
"""

import errno
import math
import selectors
import socket
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any

from gunicorn.http import message, parser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker
from gunicorn.workers.sync import SyncWorker

from config.supervisor.children import LONGEST_ADDRESS_BYTES

SILENCE_SECONDS = 0.05
# How long a request may be waited for, and as many bytes more as give it another second.
REQUEST_SECONDS = 20.0
MOMENT_SECONDS = 0.25
PARTING_SECONDS = 2.0
END_OF_HEAD = b"\r\n\r\n"
MOST_AT_ONCE = 1 << 18  # more than a head may have: gunicorn refuses it
SLOWEST_BYTES = 2_000

# More than 8,190 bytes are else cut down to that, whatever is configured.
message.MAX_REQUEST_LINE = LONGEST_ADDRESS_BYTES


class PunctualUnreader(SocketUnreader):  # type: ignore[misc]
    """Reads a request, and hangs up on who lets it be waited for too long.

    Gunicorn waits without an end for the rest of a head or body. What a view takes is not counted.
    For more than a moment no more than half of a process's threads wait: who comes then is hung up
    on at once, so that the others answer.
    """

    places = threading.Semaphore(1)

    def __init__(self, sock: Any, max_chunk: int = 8192) -> None:
        super().__init__(sock, max_chunk)
        self.begin()

    def begin(self) -> None:
        """Another request comes on this connection."""
        self._left = REQUEST_SECONDS

    def chunk(self, size_hint: int | None = None) -> bytes:
        if self.sock.gettimeout() is not None:
            # Gunicorn itself waits no longer than so: for what a view left of a body, 5 s.
            if self._left <= 0:
                raise TimeoutError
            return bytes(super().chunk(size_hint))
        began = time.monotonic()
        try:
            data = self._await(size_hint)
        except TimeoutError:
            self._left = 0.0
            raise _hung_up() from None
        self._left -= time.monotonic() - began
        self._left += len(data) / SLOWEST_BYTES
        return data

    def _await(self, size_hint: int | None) -> bytes:
        until = time.monotonic() + self._left
        with suppress(TimeoutError):
            return self._receive(size_hint, min(self._left, MOMENT_SECONDS))
        if not self.places.acquire(blocking=False):
            raise TimeoutError
        try:
            return self._receive(size_hint, until - time.monotonic())
        finally:
            self.places.release()

    def _receive(self, size_hint: int | None, seconds: float) -> bytes:
        if seconds <= 0:
            raise TimeoutError
        self.sock.settimeout(seconds)
        try:
            return bytes(super().chunk(size_hint))
        finally:
            self.sock.settimeout(None)


def _is_read_ahead(conn: TConn) -> bool:
    """Whether some of its next request came with the last one."""
    return conn.parser is not None and bool(conn.parser.unreader.buf.getvalue())


def _hung_up() -> OSError:
    """What gunicorn, and Django within a body, takes for a client that went away."""
    return ConnectionResetError(errno.ECONNRESET, "The request came too slowly.")


parser.SocketUnreader = PunctualUnreader


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """A thread worker whose threads are free for whoever has something to ask.

    Browsers open connections ahead of need. Gunicorn 27 gives each new one a thread for 5 s, so
    that eight held up everybody else for 5 s (measured), and one that sent a byte a thread for as
    long as it liked; here they wait in the worker's poller until the head of a request is there.
    """

    def load_wsgi(self) -> None:
        super().load_wsgi()
        PunctualUnreader.places = threading.Semaphore(max(self.cfg.threads // 2, 1))
        _warm_up()

    def handle(self, conn: TConn) -> object:
        if _is_read_ahead(conn):
            return self._answer(conn)
        if not conn.wait_for_data(SILENCE_SECONDS):
            return _DEFER
        conn.data_ready = False  # or what comes next were not waited for
        try:
            came = conn.sock.recv(MOST_AT_ONCE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return _DEFER
        except OSError:
            return False
        if not came:
            return False
        # Empty lines before a request are nothing (RFC 9112, 2.2).
        conn.head = (getattr(conn, "head", b"") + came).lstrip(b"\r\n")
        if END_OF_HEAD in conn.head or len(conn.head) > MOST_AT_ONCE:
            return self._answer(conn)
        return _DEFER

    def finish_request(self, conn: TConn, fs: "Future[object]") -> None:
        if not fs.cancelled() and fs.exception() is None and fs.result() is False:
            self._part_from(conn)
            return
        super().finish_request(conn, fs)
        if getattr(conn, "head", b""):
            conn.until = getattr(conn, "until", time.monotonic() + REQUEST_SECONDS)
            conn.timeout = conn.until

    def murder_pending(self) -> None:
        """Close what was waited for too long, in any order; at the end, what may take long too."""
        now = time.monotonic()
        longest = math.inf if self.alive else self.cfg.keepalive
        for conn in list(self.pending_conns):
            if not 0 < conn.timeout - now <= longest:
                self._drop(conn)

    def _part_from(self, conn: TConn) -> None:
        """Let the client read all that it was sent (RFC 9112, 9.6), in the poller.

        Gunicorn waits for it to hang up, 2 s each, in the loop that hands out all other requests.
        """
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
        except OSError:
            self.nr_conns -= 1
            conn.close()
            return
        conn.timeout = time.monotonic() + PARTING_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._hear_out, conn))

    def _hear_out(self, conn: TConn, _client: object) -> None:
        try:
            if conn.sock.recv(MOST_AT_ONCE):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._drop(conn)

    def _drop(self, conn: TConn) -> None:
        self.pending_conns.remove(conn)
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def _answer(self, conn: TConn) -> object:
        conn.sock.setblocking(True)
        conn.init()
        conn.parser.unreader.begin()
        conn.parser.unreader.unread(conn.__dict__.pop("head", b""))
        conn.__dict__.pop("until", None)
        return super().handle(conn)


class BufferedWorker(SyncWorker):  # type: ignore[misc]
    """One request at a time and cheaper for it, where a proxy hands over whole requests only."""

    def load_wsgi(self) -> None:
        super().load_wsgi()
        _warm_up()


def _warm_up() -> None:
    # Only now can what uses Django be imported.
    import_module("config.warm").warm_up()
