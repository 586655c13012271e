"""Which processes are alive but do nothing: workers that take no task, a beat that sends none.

It looks at the file that a worker touches (papers/working.py) and at the queue it should empty, in
a thread of its own, since Redis may hang. It stops nothing itself (supervisor.py). Where no
supervisor is, workers and beat look at themselves (self_watch.py).
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

import redis

from config.broker import count_waiting
from papers import working
from papers.queues import SILENT_AFTER

LOOK_SECONDS = 15.0
REDIS_SECONDS = 2.0
# So long may one that is restarted finish what it has in hand.
LAST_WORDS_SECONDS = 20.0
QUEUE_OF = {f"worker-{queue}": queue for queue in SILENT_AFTER}


class DeafWatch:
    """Calls `restart(name, why)` in the thread that calls `tick`, for each that does nothing.

    `ages` returns for how many seconds each kept process has run.
    """

    def __init__(
        self,
        names: Sequence[str],
        ages: Callable[[], Mapping[str, float]],
        restart: Callable[[str, str], None],
    ) -> None:
        self._names = [name for name in names if name in QUEUE_OF]
        self._keeps_beat = "beat" in names
        self._ages = ages
        self._restart = restart
        self._found: dict[str, str] = {}
        self._look_at = time.monotonic() + LOOK_SECONDS
        self._looking: threading.Thread | None = None

    def tick(self) -> None:
        for name, why in self._found.items():
            self._restart(name, why)
        self._found = {}
        is_busy = self._looking is not None and self._looking.is_alive()
        if is_busy or time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOK_SECONDS
        self._looking = threading.Thread(target=self._look, args=(dict(self._ages()),), daemon=True)
        self._looking.start()

    def _look(self, ages: Mapping[str, float]) -> None:
        try:
            waiting = count_waiting(REDIS_SECONDS)
        except (redis.RedisError, OSError):
            return  # nobody could have done anything
        self._found = find_deaf(
            self._names,
            keeps_beat=self._keeps_beat,
            ages=ages,
            silent={name: silent_seconds(QUEUE_OF[name]) for name in self._names},
            waiting={name: waiting[QUEUE_OF[name]] for name in self._names},
        )


def find_deaf(
    names: Sequence[str],
    *,
    keeps_beat: bool,
    ages: Mapping[str, float],
    silent: Mapping[str, float],
    waiting: Mapping[str, int],
) -> dict[str, str]:
    """Return the names to restart, each with the reason in words.

    `ages` and `silent` in seconds, since the start and since the last task; `waiting` counts tasks.
    A worker is deaf when tasks wait that it does not take. Where none of the worker's tasks wait
    either, who should send one each minute is: beat, if it is kept here.
    """
    found: dict[str, str] = {}
    for name in names:
        limit = SILENT_AFTER[QUEUE_OF[name]].total_seconds()
        if min(silent[name], ages.get(name, 0.0)) <= limit:
            continue
        if waiting[name]:
            found[name] = f"took no task for {limit:.0f} s while {waiting[name]} waited"
        elif keeps_beat and ages.get("beat", 0.0) > limit:
            found["beat"] = f"sent no task for {limit:.0f} s"
    return found


def silent_seconds(queue: str) -> float:
    try:
        return time.time() - working.file_of(queue).stat().st_mtime
    except OSError:
        return float("inf")
