"""Heartbeats of the workers: a row a queue, written by a task that took the way of all tasks.

A process that is there proves nothing: workers have stayed alive and taken no task any more
(celery/celery#8030).
"""

from datetime import timedelta

from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from papers.models import Heartbeat
from papers.queues import SILENT_AFTER

BEAT_SECONDS = 60


def beat(queue: str) -> None:
    """Note, by the database's clock, that a task of `queue` is done now."""
    Heartbeat.objects.update_or_create(queue=queue, defaults={"beat_at": Now()})


def ages() -> dict[str, timedelta | None]:
    """Return how long ago each queue's last beat was, None where there never was one. One query."""
    age = ExpressionWrapper(Now() - F("beat_at"), output_field=DurationField())
    rows = dict(Heartbeat.objects.values_list("queue", age))
    return {queue: rows.get(queue) for queue in SILENT_AFTER}
