"""What was found a moment ago, for those who ask without end: anybody may ask."""

import threading
import time
from collections.abc import Callable

from django.conf import settings

from config.health.parts import Part

# Asked anew after so many times as long as it took: a sixth of a process at most.
TIMES = 5


class Recent:
    """Parts as `read` found them, at most TIMES as old as it took to find them.

    A silent database makes each reading wait for seconds; who comes meanwhile gets the last.
    """

    def __init__(self, read: Callable[[], list[Part]]) -> None:
        self._read = read
        self._found: list[Part] = []
        self._until = 0.0
        self._lock = threading.Lock()

    def parts(self) -> list[Part]:
        if not settings.KEPT_SECONDS:
            return self._read()
        # Only who finds nothing yet waits for who asks.
        if self._lock.acquire(blocking=not self._found):
            try:
                if time.monotonic() >= self._until:
                    began = time.monotonic()
                    self._found = self._read()
                    self._until = time.monotonic() + TIMES * (time.monotonic() - began)
            finally:
                self._lock.release()
        return self._found
