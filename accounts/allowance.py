"""How many requests a reader's tokens, or a network without any, may make in an hour.

It counts in the cache, exactly enough: requests of the hour before count by how much of it lies
within the last sixty minutes. While the cache is away each process counts by itself, so that an
outage neither shuts the API nor opens it. No address is kept: keys are hashed.
"""

import threading
import time
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.crypto import salted_hmac

WINDOW_SECONDS = 3600
# Of what a process counts by itself; all is forgotten beyond that.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after this request: `remaining` requests of `limit` in this hour."""

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


def take(kind: str, who: str, limit: int) -> Allowance:
    """Count one request of `who`, unless that would be more than `limit` in an hour."""
    now = time.time()
    window, since = divmod(now, WINDOW_SECONDS)
    digest = salted_hmac("accounts.allowance", who, algorithm="sha256").hexdigest()[:32]
    this, before = (f"api:{kind}:{digest}:{int(window) - back}" for back in (0, 1))
    known = cache.get_many([this, before])
    carried = known.get(before, 0) * (1 - since / WINDOW_SECONDS)
    used = known.get(this, 0)
    if used + carried < limit:
        used = _count(this)
        is_refused = used + carried > limit
    else:
        is_refused = True
    remaining = max(int(limit - used - carried), 0)
    return Allowance(limit, remaining, max(int(WINDOW_SECONDS - since), 1), is_refused)


def _count(key: str) -> int:
    is_first = cache.add(key, 1, 2 * WINDOW_SECONDS)
    if is_first:
        return 1
    try:
        count = cache.incr(key)
    except ValueError:  # it ended between the two
        count = 1
    # The cache says one for what it cannot count, and never one for what is there already.
    return count if count > 1 else _own_count(key)


_own: dict[str, int] = {}
_own_lock = threading.Lock()


def _own_count(key: str) -> int:
    with _own_lock:
        if len(_own) >= MOST_COUNTED:
            _own.clear()
        _own[key] = _own.get(key, 0) + 1
        return _own[key]
