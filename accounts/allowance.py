"""How many requests a reader's tokens, or a network without any, may make in an hour."""

from papers.limits import Limit, Taken, count

WINDOW_SECONDS = 3600


def take(kind: str, who: str, limit: int) -> Taken:
    """Count one request of `who`, unless that would be more than `limit` in an hour.

    Raises CacheAwayError when neither the cache nor Postgres can be asked.
    """
    return count(Limit(f"api-{kind}", limit, WINDOW_SECONDS), who)
