"""How often somebody may make the site do something: one way to count, for pages, API and mail.

It counts in the cache; while that is away in Postgres, by one row a key; it never answers yes when
neither can be asked (DESIGN 3.15). It keeps no address: keys are stored as keyed hashes, each for
little more than one window. What is limited where: config/rate_limits/, docs/limits.md.
"""

import time
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache, caches
from django.db import DatabaseError, connection, transaction
from django.utils.crypto import salted_hmac

# A window is counted in so many parts; the oldest, of which only some lies within, counts whole.
PARTS = 12

# One atomic step, on the server's clock: processes and machines cannot pass a limit together.
# A hash a key: part of time -> how many. Returns whether, how many are taken, ms until one is free.
_TAKE = """
local amount, part_ms, parts = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local part = math.floor(now / part_ms)
local known, used, oldest = redis.call('HGETALL', KEYS[1]), 0, part
for i = 1, #known, 2 do
  local at = tonumber(known[i])
  if at < part - parts then
    redis.call('HDEL', KEYS[1], known[i])
  else
    used = used + tonumber(known[i + 1])
    if at < oldest then oldest = at end
  end
end
local free_in = (oldest + parts + 1) * part_ms - now
if used >= amount then return {0, used, free_in} end
redis.call('HINCRBY', KEYS[1], tostring(part), 1)
redis.call('PEXPIRE', KEYS[1], part_ms * (parts + 1))
return {1, used + 1, free_in}
"""


class CacheAwayError(Exception):
    """Neither cache nor Postgres can be asked, so nobody can say whether the limit is reached."""


@dataclass(frozen=True)
class Limit:
    """`amount` times in any `window_seconds`."""

    name: str
    amount: int
    window_seconds: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one request: `remaining` of `limit` are left, one is free in that time."""

    limit: int
    remaining: int
    reset_seconds: int
    is_refused: bool

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-03 names them, which most clients read."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
        }


def take(limit: Limit, key: str) -> bool:
    """Use one of the places that `key` has; False when all are taken. Raises as `count` does."""
    return not count(limit, key).is_refused


def count(limit: Limit, key: str) -> Taken:
    """Use one of the places that `key` has, unless all are taken, and say how many are left.

    No window of `limit.window_seconds`, wherever it begins, sees more than `limit.amount`; a place
    is free again after a window and at most a twelfth (PARTS). Raises CacheAwayError when neither
    cache nor Postgres answers.
    """
    digest = salted_hmac("papers.limits", key, algorithm="sha256").hexdigest()[:32]
    name = f"limit:{limit.name}:{digest}"
    part_ms = max(limit.window_seconds * 1000 // PARTS, 1)
    run: Any = getattr(cache, "run_script", lambda *_arguments: None)
    answer = run(_TAKE, name, limit.amount, part_ms, PARTS)
    is_free, used, free_in_ms = answer or _take_in_postgres(name, limit.amount, part_ms)
    seconds = max(-(-int(free_in_ms) // 1000), 1)
    return Taken(limit.amount, max(limit.amount - int(used), 0), seconds, not is_free)


def _take_in_postgres(name: str, amount: int, part_ms: int) -> tuple[int, int, int]:
    """As _TAKE. Requests of one key wait for each other."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
            # A statement after the lock: it sees what the one before committed.
            store = caches["limits"]
            now = time.time_ns() // 1_000_000
            part = now // part_ms
            known: dict[int, int] = store.get(name) or {}
            known = {at: times for at, times in known.items() if at >= part - PARTS}
            used = sum(known.values())
            free_in = (min(known, default=part) + PARTS + 1) * part_ms - now
            if used >= amount:
                return 0, used, free_in
            known[part] = known.get(part, 0) + 1
            store.set(name, known, part_ms * (PARTS + 1) // 1000 + 1)
            if store.get(name) != known:
                raise CacheAwayError  # Django's cache does not say that nothing was written
            return 1, used + 1, free_in
    except DatabaseError as error:
        raise CacheAwayError from error
