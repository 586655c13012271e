"""Asks a worker to do now what the next tick would find, from requests: they never wait for it.

It decides nothing about what is due: a row says that, and a task of config/schedule.py finds it.
A broker that is away costs one request TIMEOUT_SECONDS, and for OPEN_SECONDS after that none any
more, as with the cache (config/cache.py). Workers and beat keep Celery's own, patient connections.
"""

import logging
import time
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu import pools
from kombu.exceptions import LimitExceeded, OperationalError

from papers.queues import EXPIRES_SECONDS

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 0.25
OPEN_SECONDS = 5.0

# CELERY_TASK_PUBLISH_RETRY alone stops no retry: kombu connects again after 2 and 4 s before that.
_IMPATIENT = {
    "socket_timeout": TIMEOUT_SECONDS,
    "socket_connect_timeout": TIMEOUT_SECONDS,
    "max_retries": 0,
}
_lost = {"until": 0.0}


def nudge(task: str, *args: Any) -> None:
    """Queue the task of that name once the transaction in hand is committed. Never raises.

    While the broker is away the nudge is lost.
    """
    transaction.on_commit(lambda: _send(task, args))


def forget() -> None:
    """Try the broker again at the next nudge, whatever it was before."""
    _lost["until"] = 0.0


def _send(task: str, args: tuple[Any, ...]) -> None:
    if _is_away():
        return
    try:
        _publish(task, args)
    except (OperationalError, LimitExceeded, OSError) as error:
        _lost["until"] = time.monotonic() + OPEN_SECONDS
        logger.warning("%s: no worker could be nudged (%s); the tick will", task, error)


def _publish(task: str, args: tuple[Any, ...]) -> None:
    connection = current_app.connection_for_write(
        settings.CELERY_BROKER_URL, transport_options=_IMPATIENT
    )
    # A pool of its own: kombu keeps one for each address and its options.
    with pools.producers[connection].acquire(block=True, timeout=TIMEOUT_SECONDS) as producer:
        if not _is_away():  # found out while this one waited
            current_app.send_task(task, args=args, expires=EXPIRES_SECONDS, producer=producer)


def _is_away() -> bool:
    return time.monotonic() < _lost["until"]
