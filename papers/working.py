"""What a worker last did, in a small file of its machine, so that the supervisor sees a deaf one.

A process that is there proves nothing: workers have stayed alive and taken no task any more
(celery/celery#8030). The row of papers/heartbeats.py says the same of a whole site; it cannot say
which machine's worker it was, nor be read while the database is away.
"""

import contextlib
import time
from pathlib import Path
from typing import Any

from celery import current_task
from celery.signals import task_postrun, task_prerun
from django.conf import settings

# Every task of a tick writes; one a second is enough.
_SPACING_SECONDS = 1.0
_written_at = 0.0


def file_of(queue: str) -> Path:
    """Where the worker of `queue` says that it did something: its time of change is the moment."""
    return Path(settings.VAR) / f"worked-{queue}"


@task_prerun.connect
def note_begin(task: Any = None, **_kwargs: Any) -> None:
    _note(task)


@task_postrun.connect
def note_end(task: Any = None, **_kwargs: Any) -> None:
    _note(task)


def note_alive() -> None:
    """Called between the steps of a long task: whoever looks (config/supervisor/deaf.py) would take
    a worker that is busy for longer than papers/queues.py says for a deaf one."""
    _note(current_task)


def _note(task: Any) -> None:
    global _written_at
    queue = (getattr(getattr(task, "request", None), "delivery_info", None) or {}).get(
        "routing_key"
    )
    now = time.monotonic()
    # Tasks that are called as functions have no queue.
    if queue not in ("io", "cpu") or now - _written_at < _SPACING_SECONDS:
        return
    _written_at = now
    with contextlib.suppress(OSError):  # a full disk stops no task
        file_of(queue).touch()
