"""How long somebody who waits for an answer waits in all: for turns, and for the answer itself.

It only ever shortens what is allowed anyway; who sets nothing waits as long as usual.
Read more: papers/trials.py (a page of the site waits), papers/feeds/fetch.py and gate.py.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LEAST_SECONDS = 0.1
_ENDS_AT: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Let every fetch of the block be over, or refused, in `seconds` together."""
    token = _ENDS_AT.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ENDS_AT.reset(token)


def seconds_left(usual_seconds: float) -> float:
    """Return `usual_seconds`, or what is left of the time if that is less; a tenth at least."""
    ends_at = _ENDS_AT.get()
    if ends_at is None:
        return usual_seconds
    return min(usual_seconds, max(ends_at - time.monotonic(), LEAST_SECONDS))
