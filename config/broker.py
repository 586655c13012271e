"""Asks the broker itself, beside Celery: whether it answers, and how long its queues are.

Settings name it as Celery writes it; of the embedded one it is another database than the cache's.
"""

from urllib.parse import parse_qsl

import redis
from django.conf import settings

QUEUES = ("io", "cpu")


def count_waiting(seconds: float) -> dict[str, int]:
    """Return how many tasks wait in each queue. Raises redis.RedisError or OSError after `seconds`.

    What a worker has taken in advance is not among them.
    """
    with _connect(seconds) as client:
        return {queue: int(client.llen(queue)) for queue in QUEUES}


def take_note(seconds: float) -> None:
    """Write what is forgotten at once. Raises redis.ResponseError where Redis answers and takes
    nothing: it is full, or a replica since a failover; and as `count_waiting` does."""
    with _connect(seconds) as client:
        client.set("broadsheet:noted", 1, ex=5)


def _connect(seconds: float) -> redis.Redis:
    return redis.Redis.from_url(
        redis_url(settings.CELERY_BROKER_URL),
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
    )


def redis_url(broker_url: str) -> str:
    """Return the address as Redis clients write it; addresses.broker_url is the reverse."""
    socket = broker_url.removeprefix("redis+socket://")
    if socket == broker_url:
        return broker_url
    path, _, query = socket.partition("?")
    return f"unix://{path}?db={dict(parse_qsl(query)).get('virtual_host', '0')}"
