"""A log that cannot be written, and a site that has nobody to tell."""

import contextlib
import errno
import io
import json
import os
import signal
import time

import pytest

from config.servers.processes import Guardian
from config.supervisor.output import Log
from config.supervisor.signals import StopRequested
from config.supervisor.site import Site
from config.supervisor.supervisor import Supervisor
from tests.config.processes import handlers_kept


class Failing(io.StringIO):
    """A stream that cannot be written for as long as `error` is set."""

    def __init__(self, error: BaseException | None) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str) -> int:
        if self.error is not None:
            raise self.error
        return super().write(text)


GONE = [
    OSError(errno.EIO, "the terminal has gone"),
    OSError(errno.ENOSPC, "the disk is full"),
    BrokenPipeError(),
]


@pytest.mark.parametrize("error", GONE)
def test_a_log_that_cannot_be_written_stops_nobody_and_goes_on_when_it_can(error: OSError) -> None:
    stream = Failing(error)
    log = Log(stream)
    log.say("web", "lost")
    stream.error = None
    log.say("web", "there again")
    assert stream.getvalue().endswith("web        | there again\n")
    assert "lost" not in stream.getvalue()


def test_what_a_process_writes_is_read_on_while_the_log_cannot_be_written() -> None:
    """Its end of the pipe would else be closed, and it would die of its next line."""
    stream = Failing(OSError(errno.ENOSPC, "full"))
    theirs, ours = os.pipe()
    copying = Log(stream).follow("web", open(theirs, "rb"))  # noqa: SIM115 - it closes it
    os.write(ours, b"one\n")
    copying.join(0.2)
    stream.error = None
    os.write(ours, b"two\n")
    os.close(ours)
    copying.join(5)
    assert stream.getvalue().endswith("web        | two\n")


@pytest.mark.parametrize("error", [GONE[0], MemoryError()])
def test_children_are_stopped_though_it_cannot_be_said(
    monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    stopped: list[Supervisor] = []
    monkeypatch.setattr(Supervisor, "stop_children", lambda self: stopped.append(self))
    monkeypatch.setattr(Site, "_servers", lambda *_args: contextlib.nullcontext())
    monkeypatch.setattr(Site, "_prepare", lambda *_args: False)
    guardian = Guardian()
    with handlers_kept():
        site = Site([], Log(Failing(error)))
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises((StopRequested, MemoryError)):
            site._run_with(guardian, time.monotonic())
    guardian.close()
    assert len(stopped) == 1


def ascii_stream() -> tuple[io.BytesIO, io.TextIOWrapper]:
    written = io.BytesIO()
    return written, io.TextIOWrapper(written, encoding="ascii")


def test_letters_that_the_log_cannot_hold_are_written_by_number() -> None:
    written, stream = ascii_stream()
    Log(stream).say("web", "Grüße von 😀")
    assert written.getvalue().endswith(b"web        | Gr\\u00fc\\u00dfe von \\ud83d\\ude00\n")


def test_a_line_of_json_stays_json_there() -> None:
    written, stream = ascii_stream()
    Log(stream, as_json=True).say("web", "Grüße")
    assert json.loads(written.getvalue())["message"] == "Grüße"
