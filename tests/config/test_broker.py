import redis
from django.conf import settings

from config.addresses import broker_url
from config.broker import count_waiting, redis_url
from papers import tasks


def test_addresses_come_back_as_they_were() -> None:
    for address in ("redis://:secret@host:6379/3", "unix:///a/b%20c.sock?db=1"):
        assert redis_url(broker_url(address)) == address


def test_tasks_that_wait_are_counted_where_celery_puts_them() -> None:
    with redis.Redis.from_url(redis_url(settings.CELERY_BROKER_URL)) as client:
        client.delete("io", "cpu")
        tasks.beat_cpu.apply_async()
        assert count_waiting(1.0) == {"io": 0, "cpu": 1}
        client.delete("cpu")
