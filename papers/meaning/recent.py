"""The vectors of the newest papers, kept for a minute for the many readers of a digest.

It decides only for how long and how many: nearness to them is worked out exactly, in memory.
"""

import threading
import time
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from papers.meaning import store, vectors, words
from papers.meaning.model import Vector
from papers.meaning.slots import Live
from papers.meaning.words import Texts

# 20 MB of vectors, 15 MB of words. Of a reader who was away for months the newest are looked at.
MOST_PAPERS = 20_000
KEPT_SECONDS = 60.0
_NEWEST = """
SELECT id, announced_on FROM papers_paper WHERE announced_on >= %s AND withdrawn_at IS NULL
ORDER BY announced_on DESC, id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Recent:
    """n papers that have a vector, the last announced first; vectors (n x 256) and what their
    texts say in that order."""

    paper_ids: NDArray[np.int64]
    ordinals: NDArray[np.int64]  # of the days announced, proleptic Gregorian
    vectors: Vector
    texts: Texts

    def count_since(self, day: date) -> int:
        """How many of the first papers were announced on `day` or later."""
        return int(np.searchsorted(-self.ordinals, -day.toordinal(), side="right"))


@dataclass(frozen=True, slots=True)
class _Kept:
    model_key: UUID
    since: date
    until: float
    recent: Recent


_lock = threading.Lock()
_kept: _Kept | None = None


def newest(served: Live, since: date) -> Recent:
    """Return the papers announced since that day, and perhaps earlier ones, at most 20,000.

    As they were up to a minute ago.
    """
    global _kept
    with _lock:
        kept = _kept
        if kept is None or kept.model_key != served.model_key or kept.until < time.monotonic():
            kept = None
        if kept is None or kept.since > since:
            until = time.monotonic() + KEPT_SECONDS
            kept = _Kept(served.model_key, since, until, _read(served, since))
            _kept = kept
    return kept.recent


def forget() -> None:
    """For tests and measurements, where a minute is long."""
    global _kept
    with _lock:
        _kept = None


def _read(served: Live, since: date) -> Recent:
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, (since, MOST_PAPERS))
        days = {int(pk): day.toordinal() for pk, day in cursor.fetchall()}
    there, found = vectors.read(served.slot, list(days))
    said = words.read(store.load(served.model_key), there)
    ordinals = np.array([days[pk] for pk in there], np.int64)
    return Recent(np.array(there, np.int64), ordinals, found, words.in_a_row(said, there))
