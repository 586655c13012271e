"""The vectors of the papers of the last days, kept for a minute for the many readers of a digest.

It decides only for how long and how many: nearness to them is worked out exactly, in memory. Never
used for more papers than a few days bring.
"""

import threading
import time
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from papers.meaning import vectors
from papers.meaning.model import Vector
from papers.meaning.slots import Live

# 10 MB as 16 bits each, 20 MB as they are compared.
MOST_PAPERS = 20_000
KEPT_SECONDS = 60.0
_KEPT_DAYS = 4
_IDS = """
SELECT id FROM papers_paper WHERE announced_on >= %s AND withdrawn_at IS NULL
ORDER BY id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class _Kept:
    paper_ids: list[int]
    vectors: Vector
    until: float


_lock = threading.Lock()
_kept: dict[tuple[UUID, date], _Kept] = {}


def vectors_since(served: Live, day: date) -> tuple[list[int], Vector] | None:
    """Return the papers announced since `day` that have a vector, and the vectors (n x 256).

    As they were up to a minute ago; None when they are more than 20,000.
    """
    key = (served.model_key, day)
    with _lock:
        kept = _kept.get(key)
        if kept is None or kept.until < time.monotonic():
            kept = _read(served, day)
            _kept.pop(key, None)
            if kept is None:
                return None
            _kept[key] = kept
            while len(_kept) > _KEPT_DAYS:
                del _kept[next(iter(_kept))]
    return kept.paper_ids, kept.vectors


def _read(served: Live, day: date) -> _Kept | None:
    with connection.cursor() as cursor:
        cursor.execute(_IDS, (day, MOST_PAPERS + 1))
        paper_ids = [int(row[0]) for row in cursor.fetchall()]
    if len(paper_ids) > MOST_PAPERS:
        return None
    there, found = vectors.read(served.slot, paper_ids)
    return _Kept(there, found, time.monotonic() + KEPT_SECONDS)
