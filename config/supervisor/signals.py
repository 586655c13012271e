"""What asks a command to end: Ctrl-C, the system, or a terminal that goes away."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# As the shell says it of a process that ended by the signal.
STOPPED = 128 + signal.SIGTERM


class StopRequested(Exception):
    """Somebody pressed Ctrl-C, or the system asked us to end."""


class StopSignals:
    """Turns SIGINT, SIGTERM and SIGHUP into StopRequested, raised only where that is safe.

    Raised anywhere it could lose a process between its start and our knowing of it.
    """

    def __init__(self) -> None:
        self.count = 0
        for number in _asking_to_end():
            signal.signal(number, self._note)

    def pause(self, seconds: float) -> None:
        """Sleep; raise StopRequested if a signal came before or meanwhile."""
        self.check()
        time.sleep(seconds)
        self.check()

    def check(self) -> None:
        if self.count:
            raise StopRequested

    def _note(self, number: int, _frame: FrameType | None) -> None:
        # A window that is closed says it twice, by the shell and by the system: that is no wish
        # not to wait.
        self.count = max(self.count, 1) if number == signal.SIGHUP else self.count + 1


@contextmanager
def stopped_like_ctrl_c() -> Iterator[None]:
    """Let TERM and HUP raise KeyboardInterrupt as Ctrl-C does, and end the process by it.

    So what is half written is removed, and psycopg cancels the statement in hand.
    """
    before = {number: signal.signal(number, _interrupt) for number in _asking_to_end()}
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    if number == signal.SIGHUP:
        # The second one of a closed window must not break off the tidying up after the first.
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _asking_to_end() -> list[signal.Signals]:
    """Return the signals to take: SIGHUP not where it is ignored, for that is what nohup asks."""
    outlives_terminal = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([] if outlives_terminal else [signal.SIGHUP])]
