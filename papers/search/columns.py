"""The counts of all papers as arrays of this process, for sorting and filtering by them.

It decides how fresh they are; the index holds nothing that changes with votes (DESIGN 3.3).
"""

import threading
import time
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from papers.models import PaperStats
from papers.search.tree import Counted

FRESH_SECONDS = 10.0

Ranked = Literal["trending", "votes", "stars", "citations"]
Ids = npt.NDArray[np.int64]

_COUNTED: tuple[Counted, ...] = ("votes", "saves", "upvotes", "comments", "stars", "citations")


@dataclass(frozen=True, slots=True)
class Columns:
    """One row a paper, in the order of `ids`; a count of -1 is not known."""

    ids: Ids
    score: npt.NDArray[np.float32]
    counts: dict[str, npt.NDArray[np.int32]]

    def ids_between(self, counted: Counted, least: int | None, most: int | None) -> list[int]:
        """Return the papers whose count is known and within both bounds, which are included."""
        values = self.counts[counted]
        inside = values >= max(least or 0, 0)
        if most is not None:
            inside &= values <= most
        found: list[int] = self.ids[inside].tolist()
        return found

    def values(self, column: Ranked, paper_ids: Ids) -> npt.NDArray[np.float32]:
        """Return what `column` says of each paper, 0 where it knows nothing."""
        of_all = self.score if column == "trending" else np.maximum(self.counts[column], 0)
        if not len(self.ids):
            return np.zeros(len(paper_ids), np.float32)
        at = np.minimum(np.searchsorted(self.ids, paper_ids), len(self.ids) - 1)
        return np.where(self.ids[at] == paper_ids, of_all[at], 0).astype(np.float32)


_lock = threading.Lock()
_current: Columns | None = None
_read_at = 0.0


def current() -> Columns:
    """Return the columns as they were at most ten seconds ago."""
    global _current, _read_at
    with _lock:
        if _current is None or time.monotonic() - _read_at >= FRESH_SECONDS:
            _read_at = time.monotonic()
            _current = _read()
        return _current


def forget() -> None:
    """Read everything anew at the next use."""
    global _current
    with _lock:
        _current = None


def _read() -> Columns:
    rows = list(PaperStats.objects.order_by("pk").values_list("pk", "score", *_COUNTED))
    counts: dict[str, npt.NDArray[np.int32]] = {
        name: np.array([-1 if row[at] is None else row[at] for row in rows], np.int32)
        for at, name in enumerate(_COUNTED, start=2)
    }
    ids = np.array([row[0] for row in rows], np.int64)
    return Columns(ids, np.array([row[1] for row in rows], np.float32), counts)
