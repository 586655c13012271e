"""Redis or Valkey: whether it answers, and that it never throws queued tasks away (DESIGN 3.15)."""

from collections.abc import Iterator

import redis
from django.conf import settings
from django.utils.translation import gettext as _

from config.doctor.findings import Finding, fault, warning, well

SECONDS = 3.0
# Evict only what has an end anyhow, which queues have not, or nothing at all.
SAFE_POLICIES = ("volatile-lru", "volatile-lfu", "volatile-ttl", "volatile-random", "noeviction")


def look() -> Iterator[Finding]:
    name = _("Redis")
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=SECONDS,
            socket_connect_timeout=SECONDS,
            decode_responses=True,
        ) as client:
            info = client.info("memory")
            version = str(client.info("server").get("redis_version", ""))
    except (redis.RedisError, OSError) as error:
        advice = _("Start it, and see whether REDIS_URL names it. Until then no task is started.")
        yield fault(name, _reason(error), advice)
        return
    yield well(name, _("It answers, version %s.") % version)
    yield _policy(str(info.get("maxmemory_policy", "")), int(info.get("maxmemory", 0)))


def _policy(policy: str, most_bytes: int) -> Finding:
    name = _("Redis: memory")
    advice = _("Write “maxmemory-policy volatile-ttl” into its configuration.")
    if policy not in SAFE_POLICIES:
        words = _("With the policy “%s” it throws away queued tasks when it is full.") % policy
        return fault(name, words, advice)
    if policy == "noeviction" and most_bytes:
        words = _("With the policy “noeviction” it takes no more tasks when it is full.")
        return warning(name, words, advice)
    return well(name, _("Its policy is “%s”: queued tasks stay.") % policy)


def _reason(error: Exception) -> str:
    # The words of redis-py name the address, without the password.
    return _("It does not answer: %s") % (str(error).partition("\n")[0] or type(error).__name__)
