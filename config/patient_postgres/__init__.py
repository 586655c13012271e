"""Django's Postgres, whose questions wait for an answer only so long as the process has said.

A server that was frozen, or whose machine is gone, ends no connection: whoever asks waits for ever,
and eight such requests are all that the web processes have. Web processes say `wait_at_most` (in
config/wsgi.py), the follower is told by its environment; workers, which are started anew where they
do nothing, and commands ask questions that take long, and wait: as long as the server knows of them
(forgotten.py).
"""

import os

# Longer than any question of a page takes.
WEB_SECONDS = 20.0

# Nobody watches over the follower; its longest question is a small part of this.
FOLLOWER_SECONDS = 300.0
PATIENCE_VARIABLE = "BROADSHEET_DATABASE_PATIENCE"

_told = os.environ.get(PATIENCE_VARIABLE)
_limit: dict[str, float | None] = {"seconds": float(_told) if _told else None}


def wait_at_most(seconds: float | None) -> None:
    """From now on each question of this process that has no answer in that time fails."""
    _limit["seconds"] = seconds


def longest_wait() -> float | None:
    return _limit["seconds"]
