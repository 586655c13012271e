"""A loopback server for one test: it sends exactly the given bytes to each connection."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Reply = Callable[[socket.socket, str], None]


@contextmanager
def serving(reply: Reply) -> Iterator[str]:
    """Serve on a free port of 127.0.0.1; `reply` gets the connection and the request's text."""
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_accept, args=(listener, reply), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        # Closing alone does not wake a thread that waits in accept().
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def answer(text: str, body: bytes = b"") -> bytes:
    head = text.replace("\n", "\r\n")
    return f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _accept(listener: socket.socket, reply: Reply) -> None:
    while True:
        try:
            connection, _address = listener.accept()
        except OSError:
            return
        threading.Thread(target=_reply, args=(connection, reply), daemon=True).start()


def _reply(connection: socket.socket, reply: Reply) -> None:
    with connection, suppress(OSError):
        reply(connection, _request(connection))


def _request(connection: socket.socket) -> str:
    """Read one request whole: a head and its body may come in two packets."""
    received = b""
    while more := connection.recv(65_536):
        received += more
        head, end, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if end and len(body) >= int(length[1] if length else 0):
            break
    return received.decode("latin-1")
