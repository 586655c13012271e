"""A mail server that takes everything and keeps nothing, in a process of its own."""

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager


class _Sink(asyncio.Protocol):
    def __init__(self) -> None:
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
                self.say(b"250 taken")
                continue
            line, found, rest = self.rest.partition(b"\r\n")
            if not found:
                return
            self.rest = rest
            self.answer(line[:4].upper())

    def answer(self, verb: bytes) -> None:
        self.in_text = verb == b"DATA"
        self.say({b"DATA": b"354 go on", b"QUIT": b"221 bye"}.get(verb, b"250 ok"))
        if verb == b"QUIT":
            self.transport.close()

    def say(self, line: bytes) -> None:
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.write(line + b"\r\n")


async def _serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Sink, "127.0.0.1", port)
    await server.serve_forever()


def _run(port: int) -> None:
    asyncio.run(_serve(port))


@contextmanager
def mail_server() -> Iterator[tuple[int, int]]:
    """Yield the port on loopback and the process's number."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    process = multiprocessing.Process(target=_run, args=[port], daemon=True)
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
