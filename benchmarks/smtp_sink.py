"""A mail server that takes everything and keeps at most who got it, in a process of its own."""

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class _Sink(asyncio.Protocol):
    def __init__(self, taken: IO[bytes] | None) -> None:
        self.taken = taken
        self.recipient = b""
        self.rest = b""
        self.in_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.say(b"220 sink")

    def data_received(self, data: bytes) -> None:
        self.rest += data
        while self.rest:
            if self.in_text:
                end = self.rest.find(b"\r\n.\r\n")
                if end < 0:
                    self.rest = self.rest[-4:]
                    return
                self.rest, self.in_text = self.rest[end + 5 :], False
                self.note()
                self.say(b"250 taken")
                continue
            line, found, rest = self.rest.partition(b"\r\n")
            if not found:
                return
            self.rest = rest
            if line[:8].upper() == b"RCPT TO:":
                self.recipient = line[8:].partition(b">")[0].strip(b" <")
            self.answer(line[:4].upper())

    def note(self) -> None:
        if self.taken is not None:
            self.taken.write(self.recipient + b"\n")
            self.taken.flush()

    def answer(self, verb: bytes) -> None:
        self.in_text = verb == b"DATA"
        self.say({b"DATA": b"354 go on", b"QUIT": b"221 bye"}.get(verb, b"250 ok"))
        if verb == b"QUIT":
            self.transport.close()

    def say(self, line: bytes) -> None:
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.write(line + b"\r\n")


async def _serve(port: int, taken: Path | None) -> None:
    loop = asyncio.get_running_loop()
    file = taken.open("ab") if taken else None
    server = await loop.create_server(lambda: _Sink(file), "127.0.0.1", port)
    await server.serve_forever()


def _run(port: int, taken: Path | None) -> None:
    asyncio.run(_serve(port, taken))


@contextmanager
def mail_server(taken: Path | None = None) -> Iterator[tuple[int, int]]:
    """Yield the port on loopback and the process's number.

    A line is added to `taken` for each mail that is taken: the address it went to.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    process = multiprocessing.Process(target=_run, args=[port, taken], daemon=True)
    process.start()
    for _attempt in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    assert process.pid is not None
    try:
        yield port, process.pid
    finally:
        process.terminate()
