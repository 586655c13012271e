"""One line in the log when a part of the site stops doing well, and one when it does again.

It looks in a thread of its own and closes its connection after each look: a database that hangs
must not keep the supervisor from starting what died.
"""

import threading
import time
from collections.abc import Callable

from django.db import connection

from config.health.parts import Part, read_parts

LOOK_SECONDS = 15.0
# Workers have done no task when a site starts; nor does one look tell a fault from a restart.
GRACE_SECONDS = 150.0
LOOKS = 2


class Alerts:
    """`say(name, text)` writes a line; `tick` is called often and returns at once."""

    def __init__(
        self, say: Callable[[str, str], None], read: Callable[[], list[Part]] = read_parts
    ) -> None:
        self._say = say
        self._read = read
        self._began_at = self._looked_at = time.monotonic()
        self._bad_looks: dict[str, int] = {}
        self._told: set[str] = set()
        self._were_well: set[str] = set()
        self._looking: threading.Thread | None = None

    def tick(self) -> None:
        is_busy = self._looking is not None and self._looking.is_alive()
        if is_busy or time.monotonic() < self._looked_at + LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()

    def _look(self) -> None:
        try:
            self.take(self._read(), age_seconds=time.monotonic() - self._began_at)
        finally:
            connection.close()

    def take(self, parts: list[Part], *, age_seconds: float) -> None:
        """Tell what changed since the last look."""
        for part in parts:
            name = part.name
            if part.is_well:
                self._bad_looks[name] = 0
                self._were_well.add(name)
                if name in self._told:
                    self._told.remove(name)
                    self._say("alert", f"{name} is well again: {part.words}")
                continue
            self._bad_looks[name] = self._bad_looks.get(name, 0) + 1
            is_starting = name not in self._were_well and age_seconds < GRACE_SECONDS
            if name not in self._told and self._bad_looks[name] >= LOOKS and not is_starting:
                self._told.add(name)
                # Of a host with several addresses Postgres' library says each on a line of its own.
                words = " ".join(f"{part.words} {part.detail}".split())
                self._say("alert", f"{name} is not well: {words}")
