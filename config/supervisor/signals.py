import signal
import time
from types import FrameType


class StopRequested(Exception):
    """Somebody pressed Ctrl-C, or the system asked us to end."""


class StopSignals:
    """Turns SIGINT, SIGTERM and SIGHUP into StopRequested, raised only where that is safe.

    Raised anywhere it could lose a process between its start and our knowing of it.
    """

    def __init__(self) -> None:
        self.count = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
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
