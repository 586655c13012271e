"""A worker or beat with nobody above that looks at it ends itself where it does nothing.

`manage.py run` tells it to, by WATCHED_VARIABLE; systemd or Docker then starts it again. Below
`manage.py start` the supervisor does that (deaf.py), and nothing runs here. A thread of its own
looks, since what has gone deaf is the main one; a process that is frozen whole does not see it.
"""

import logging
import os
import signal
import threading
import time
from typing import Any

import redis
from celery.signals import after_task_publish, worker_init

from config.broker import count_waiting
from config.supervisor.deaf import (
    LAST_WORDS_SECONDS,
    LOOK_SECONDS,
    QUEUE_OF,
    REDIS_SECONDS,
    find_deaf,
    silent_seconds,
)
from papers.queues import SILENT_AFTER

# Set by `manage.py run`: the name of the process, of children.NAMES.
WATCHED_VARIABLE = "BROADSHEET_WATCHES_ITSELF"
logger = logging.getLogger(__name__)


class SelfWatch:
    """Ends this process, the worker or beat called `name`, once it has been deaf for too long."""

    def __init__(self, name: str) -> None:
        self._name = name
        # A fork in the middle of a look would leave its locks shut in the pool's new process.
        self._looking = threading.Lock()
        self._sent_at = self._able_since = time.monotonic()

    def start(self) -> None:
        if self._name == "beat":
            after_task_publish.connect(self._note_sent)
        os.register_at_fork(
            before=self._looking.acquire,
            after_in_parent=self._looking.release,
            after_in_child=self._looking.release,
        )
        threading.Thread(target=self._run, name="self-watch", daemon=True).start()

    def look(self) -> str | None:
        """Return in words what this process left undone; None where nothing is wrong."""
        try:
            waiting = count_waiting(REDIS_SECONDS)
        except (redis.RedisError, OSError):
            # Nobody could have done anything; whoever comes back has its whole time.
            self._able_since = time.monotonic()
            return None
        able_seconds = time.monotonic() - self._able_since
        if self._name == "beat":
            return self._look_at_beat(able_seconds)
        queue = QUEUE_OF[self._name]
        return find_deaf(
            [self._name],
            keeps_beat=False,
            ages={self._name: able_seconds},
            silent={self._name: silent_seconds(queue)},
            waiting={self._name: waiting[queue]},
        ).get(self._name)

    def _look_at_beat(self, able_seconds: float) -> str | None:
        # Workers of this machine may be silent because others were faster: what beat sent counts.
        limit = SILENT_AFTER["io"].total_seconds()
        if min(time.monotonic() - self._sent_at, able_seconds) <= limit:
            return None
        return f"sent no task for {limit:.0f} s"

    def _note_sent(self, **_kwargs: Any) -> None:
        self._sent_at = time.monotonic()

    def _run(self) -> None:
        why = None
        while why is None:
            time.sleep(LOOK_SECONDS)
            with self._looking:
                why = self.look()
        logger.error("%s %s; it ends, to be started anew", self._name, why)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LAST_WORDS_SECONDS)
        # It does not listen; its pool's processes are killed by the system with it.
        os._exit(os.EX_SOFTWARE)


@worker_init.connect
def watch_where_told(**_kwargs: Any) -> None:
    name = os.environ.get(WATCHED_VARIABLE, "")
    if name == "beat" or name in QUEUE_OF:
        SelfWatch(name).start()
