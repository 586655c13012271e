"""How often a stranger may make the site do something that reaches somebody else.

It answers yes or no, and never yes while the cache cannot be asked. It keeps no address: keys are
stored as keyed hashes, each for one window. Figures: docs/decisions.md, "Subscribe".
"""

from dataclasses import dataclass

from django.core.cache import cache
from django.utils.crypto import salted_hmac


class CacheAwayError(Exception):
    """The cache cannot be asked, so nobody can say whether the limit is reached."""


@dataclass(frozen=True)
class Limit:
    name: str
    amount: int
    window_seconds: int


def take(limit: Limit, key: str) -> bool:
    """Use one of the places that `key` has; False when all are taken.

    Each place is free again `limit.window_seconds` after it was taken, so that no window of that
    length, wherever it begins, sees more than `limit.amount`. Raises CacheAwayError when the cache
    answers nothing.
    """
    digest = salted_hmac("accounts.limits", key, algorithm="sha256").hexdigest()[:32]
    places = [f"limit:{limit.name}:{digest}:{place}" for place in range(limit.amount)]
    # `add` is one atomic step in Redis: two requests at once cannot take the same place.
    if any(cache.add(place, 1, limit.window_seconds) for place in places):
        return True
    if not cache.get_many(places):
        raise CacheAwayError
    return False
