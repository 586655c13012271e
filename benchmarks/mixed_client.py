"""The client of a mixed load, in a process of its own: as many requests a second as it is told to.

It keeps connections alive, as browsers do, and counts a request from the moment when it was due, so
that time in which it had to wait for a connection counts as well. Plain asyncio: about 0.3 ms of
CPU a request, which is told apart from the site's.
"""

import asyncio
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from typing import Any

from benchmarks.mixed_requests import People, Request, requests

MOST_CONNECTIONS = 64
# Gunicorn closes a connection on which nothing came for 2 s.
IDLE_SECONDS = 1.0
PATIENCE_SECONDS = 30.0
MOST_FAULTS = 50


@dataclass
class Answers:
    """`times` in milliseconds by kind; `told` is (reader, what, ...) of each acknowledged write.

    `ends` is (moment of the monotonic clock, milliseconds) of each answer as they came. Both are of
    expected answers alone: what was refused or failed is among `errors`, and no work done.
    """

    times: dict[str, list[float]] = field(default_factory=dict)
    ends: list[tuple[float, float]] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    told: list[tuple[Any, ...]] = field(default_factory=list)
    unknown: list[tuple[Any, ...]] = field(default_factory=list)
    errors: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    @property
    def all_times(self) -> list[float]:
        return [each for some in self.times.values() for each in some]


@dataclass
class _Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    used_at: float


class Client:
    def __init__(self, people: People, port: int) -> None:
        self.people, self.port, self.host = people, port, f"127.0.0.1:{port}"
        self.answers = Answers()
        self._idle: list[_Line] = []
        self._places = asyncio.Semaphore(MOST_CONNECTIONS)

    async def as_fast_as_may_be(self, at_once: int, seconds: float, seed: int) -> None:
        waiting = requests(self.people, seed)
        end = time.monotonic() + seconds

        async def work() -> None:
            while time.monotonic() < end:
                await self._ask(next(waiting), time.monotonic())

        await asyncio.gather(*(work() for _connection in range(at_once)))

    async def at_a_rate(self, rate: float, seconds: float, seed: int) -> None:
        began, tasks = time.monotonic(), set()
        for number, request in enumerate(requests(self.people, seed)):
            due = began + number / rate
            if due > began + seconds:
                break
            await asyncio.sleep(max(due - time.monotonic(), 0.0))
            task = asyncio.create_task(self._ask(request, due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)

    def hang_up(self) -> None:
        for line in self._idle:
            line.writer.close()

    async def _ask(self, request: Request, due: float) -> None:
        is_write = request.form is not None and request.reader is not None
        if is_write:
            request.reader.is_writing = True  # type: ignore[union-attr]
        try:
            # Waiting for a connection counts: a site that does not keep up gets errors, no queue.
            async with asyncio.timeout(PATIENCE_SECONDS), self._places:
                status = await self._exchange(request)
        except (OSError, ValueError, asyncio.IncompleteReadError, TimeoutError) as error:
            self._fault(request, type(error).__name__)
            if is_write:
                self.answers.unknown.append((request.reader.pk, *request.told))  # type: ignore[union-attr]
            status = 0
        finally:
            if is_write:
                request.reader.is_writing = False  # type: ignore[union-attr]
        if status == 0:
            return
        ended = time.monotonic()
        self.answers.statuses[str(status)] += 1
        if not request.expects(status):
            self._fault(request, str(status))
            return
        self.answers.times.setdefault(request.kind, []).append((ended - due) * 1000)
        self.answers.ends.append((ended, (ended - due) * 1000))
        if is_write:
            self._acknowledge(request)

    def _acknowledge(self, request: Request) -> None:
        assert request.reader
        self.answers.told.append((request.reader.pk, *request.told))
        if request.kind == "note":
            request.reader.noted[request.told[1]] += 1

    def _fault(self, request: Request, what: str) -> None:
        self.answers.errors += 1
        if len(self.answers.faults) < MOST_FAULTS:
            self.answers.faults.append(f"{what}: {request.kind} {request.address}")

    async def _exchange(self, request: Request) -> int:
        line = await self._connect()
        try:
            line.writer.write(request.as_bytes(self.host))
            status, is_kept = await _read_answer(line.reader)
        except BaseException:
            line.writer.close()
            raise
        line.used_at = time.monotonic()
        if is_kept:
            self._idle.append(line)
        else:
            line.writer.close()
        return status

    async def _connect(self) -> _Line:
        while self._idle:
            line = self._idle.pop()
            if time.monotonic() - line.used_at < IDLE_SECONDS and not line.reader.at_eof():
                return line
            line.writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        return _Line(reader, writer, time.monotonic())


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Return the status, and whether the connection is kept alive; the body is read to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    first, *lines = head.split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines if ": " in line)
    status = int(first.split()[1])
    if fields.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    elif status != 304:
        await reader.readexactly(int(fields.get("content-length", "without a length")))
    return status, fields.get("connection") != "close"


def _serve(pipe: Pipe, people: People, port: int) -> None:
    """Do what comes by the pipe, one after the other: a method of Client and its arguments."""
    loop = asyncio.new_event_loop()
    while (order := pipe.recv()) is not None:
        method, arguments = order
        client = Client(people, port)
        began, used = time.monotonic(), time.process_time()
        loop.run_until_complete(getattr(client, method)(*arguments))
        client.hang_up()
        client.answers.seconds = time.monotonic() - began
        client.answers.cpu_seconds = time.process_time() - used
        pipe.send(client.answers)


@dataclass(frozen=True, slots=True)
class Remote:
    """The client's process; one order at a time."""

    pipe: Pipe
    pid: int

    def begin(self, method: str, *arguments: float) -> None:
        self.pipe.send((method, arguments))

    def answers(self) -> Answers:
        """Wait until what was begun is over."""
        found: Answers = self.pipe.recv()
        return found

    def ask_as_fast_as_may_be(self, at_once: int, seconds: float, seed: int) -> Answers:
        self.begin("as_fast_as_may_be", at_once, seconds, seed)
        return self.answers()


@contextmanager
def running_client(people: People, port: int) -> Iterator[Remote]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(theirs, people, port), daemon=True
    )
    process.start()
    assert process.pid is not None
    try:
        yield Remote(ours, process.pid)
    finally:
        process.kill()
        process.join()
