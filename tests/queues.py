"""The broker's queues, emptied: what tests before have left there would be counted or done."""

import redis
from django.conf import settings

from config.broker import QUEUES, redis_url


def empty_queues() -> None:
    """All of them; Celery's own purge knows those alone to which this process has sent."""
    with redis.Redis.from_url(redis_url(settings.CELERY_BROKER_URL)) as client:
        client.delete(*QUEUES)
