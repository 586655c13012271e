"""How far this machine's index is behind the database: what the status page and /readyz say.

It decides from what the follower last wrote and the changes after that; it writes nothing.
Read more: DESIGN 3.3.
"""

import time
from dataclasses import dataclass

from papers.search import changes, folder
from papers.search.folder import FollowerState
from papers.search.reader import IndexNotReady, current_reading

# The follower says how it is doing every few seconds; one silent for so long is not running.
SILENT_SECONDS = 60.0
# Counted no further: it is far behind then.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Readiness:
    """`behind` papers, counted to 10,000, wait to be taken over; heard of `silent_seconds` ago.

    All that was stored more than `lag_seconds` ago can be found: at most five seconds too many, 0
    where nothing waits, None where not all ever could be found. Searches are answered, if by an
    index behind the database, where `can_search`.
    """

    follower: FollowerState
    behind: int
    silent_seconds: float
    can_search: bool
    lag_seconds: float | None

    @property
    def is_silent(self) -> bool:
        return self.silent_seconds > SILENT_SECONDS

    @property
    def is_far_behind(self) -> bool:
        return self.behind >= MOST_COUNTED


def read_readiness() -> Readiness | None:
    """Return how search does on this machine; None where no follower ever ran. One query."""
    said = folder.read_state()
    if said is None:
        return None
    behind, now = changes.count_changed(said.cursor, most=MOST_COUNTED), time.time()
    return Readiness(
        follower=said,
        behind=behind,
        silent_seconds=max(now - said.updated_at, 0.0),
        can_search=_can_search(),
        lag_seconds=_lag(said, behind, now),
    )


def _lag(said: FollowerState, behind: int, now: float) -> float | None:
    if not behind and said.phase != "building":
        return 0.0
    return max(now - said.level_at, 0.0) if said.level_at else None


def _can_search() -> bool:
    try:
        current_reading()
    except IndexNotReady:
        return False
    return True
