"""Which processes run, and who takes signals, for the tests that start and kill them."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path


def wait_until(is_done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """A dead process stays listed, as Z, until init takes note of it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def processes_of(var: Path) -> list[str]:
    """Return the command lines of processes that name the folder in arguments or environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(var) in text and is_running(int(folder.name)):
            found.append(text.decode(errors="replace")[:200])
    return found


@contextlib.contextmanager
def handlers_kept() -> Iterator[None]:
    """Put the handlers of what asks to end back afterwards."""
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
