"""The counts of all papers as arrays of this process, for sorting and filtering by them.

It decides how fresh they are: at most ten seconds old. The index holds nothing that changes with
votes, and the database is read once for many searches. Read more: DESIGN 3.3, docs/decisions.md.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction

from papers.search.hits import Ids
from papers.search.tree import Counted

FRESH_SECONDS = 10.0
# From this age on a use lets them be read again beside it; at FRESH_SECONDS it waits for that.
_AGEING_SECONDS = 5.0

Ranked = Literal["trending", "votes", "stars", "citations"]
Values = npt.NDArray[Any]

COUNTED: tuple[Counted, ...] = ("votes", "saves", "upvotes", "comments", "stars", "citations")
_NAMES = ("score", *COUNTED)

# Copied as binary: every row has as many bytes, and numpy reads a million of them at once.
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("id_length", ">i4"),
        ("id", ">i8"),
        ("score_length", ">i4"),
        ("score", ">f4"),
        *((f"{name}{part}", ">i4") for name in COUNTED for part in ("_length", "")),
    ]
)
_HEADER_BYTES, _TRAILER_BYTES = 19, 2
_COPY = f"""
COPY (SELECT paper_id, score::real, {", ".join(f"COALESCE({each}, -1)" for each in COUNTED)}
      FROM papers_paperstats WHERE %s ORDER BY paper_id) TO STDOUT (FORMAT BINARY)
"""  # noqa: S608 - made of this module's own constants
# Written by that transaction or a later one. Both ages are told at one moment: between two
# statements other transactions begin.
_CHANGED = "age(xmin) <= age('%d'::xid)"
_NOW = """
SELECT pg_snapshot_xmin(s)::text::bigint,
    (SELECT oid FROM pg_database WHERE datname = current_database())
FROM pg_current_snapshot() s
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """One row a paper, in the order of `ids`; a count of -1 is not known.

    A million papers take 36 MB, and 4 MB more for each order that was used.
    """

    ids: Ids
    values: Mapping[str, Values]
    _orders: dict[str, Ids] = field(default_factory=dict)

    def ids_between(self, counted: Counted, least: int | None, most: int | None) -> Ids:
        """Return, in order, the papers whose count is known and within both bounds."""
        counts = self.values[counted]
        inside = counts >= max(least or 0, 0)
        if most is not None:
            inside &= counts <= most
        return self.ids[inside]

    def of(self, ranked: Ranked, paper_ids: Ids) -> Values:
        """Return what is counted of each paper, 0 where nothing is known."""
        if not len(self.ids):
            return np.zeros(len(paper_ids), np.float32)
        at = np.minimum(np.searchsorted(self.ids, paper_ids), len(self.ids) - 1)
        known = np.maximum(self.values[_column(ranked)][at], 0)
        return np.where(self.ids[at] == paper_ids, known, 0)

    def best_first(self, ranked: Ranked) -> Ids:
        """Return the papers of which anything is counted, the most first, then the latest ids."""
        if ranked not in self._orders:
            counts = self.values[_column(ranked)]
            some = np.flatnonzero(counts > 0)[::-1]
            self._orders[ranked] = self.ids[some[np.argsort(-counts[some], kind="stable")]]
        return self._orders[ranked]

    def with_changed(self, changed: "Columns") -> "Columns":
        """Return these with the rows of `changed` in place of theirs, or added."""
        ids = self.ids
        is_new = ~np.isin(changed.ids, ids, assume_unique=True)
        values = {name: column.copy() for name, column in self.values.items()}
        at = np.searchsorted(ids, changed.ids[~is_new])
        for name, column in values.items():
            column[at] = changed.values[name][~is_new]
        if is_new.any():
            ids = np.concatenate([ids, changed.ids[is_new]])
            in_order = np.argsort(ids, kind="stable")
            ids = ids[in_order]
            values = {
                name: np.concatenate([column, changed.values[name][is_new]])[in_order]
                for name, column in values.items()
            }
        merged = Columns(ids, values)
        # A copy: searches in other threads may use one more order meanwhile.
        for ranked in list(self._orders):
            merged.best_first(ranked)  # type: ignore[arg-type]  # only such are kept there
        return merged


def _column(ranked: Ranked) -> str:
    return "score" if ranked == "trending" else ranked


class _Kept:
    """The columns of this process and how fresh they are; `lock` is held while they are read."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.columns: Columns | None = None
        self.read_at = 0.0
        self.decided = 0
        self.database = 0

    def read(self) -> None:
        began = time.monotonic()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_NOW)
            decided, database = cursor.fetchone()
            known = self.columns if database == self.database else None
            if known is None:
                self.columns = _copy("TRUE")
            elif len((changed := _copy(_CHANGED % (self.decided % 2**32))).ids):
                self.columns = known.with_changed(changed)
        self.decided, self.database, self.read_at = decided, database, began


_kept = _Kept()


def current() -> Columns:
    """Return the columns as they were at most ten seconds ago."""
    age = time.monotonic() - _kept.read_at
    if _kept.columns is None or age >= FRESH_SECONDS:
        with _kept.lock:
            if _kept.columns is None or time.monotonic() - _kept.read_at >= FRESH_SECONDS:
                _kept.read()
    elif age >= _AGEING_SECONDS and _kept.lock.acquire(blocking=False):
        threading.Thread(target=_read_beside, name="columns", daemon=True).start()
    if _kept.columns is None:
        raise RuntimeError("No columns were read.")
    return _kept.columns


def forget() -> None:
    """Read everything anew at the next use."""
    with _kept.lock:
        _kept.columns, _kept.database = None, 0


def _read_beside() -> None:
    """Read in a thread that was given the lock; a failure is met again by who next must wait."""
    try:
        _kept.read()
    finally:
        connection.close()
        _kept.lock.release()


def _copy(condition: str) -> Columns:
    read = bytearray()
    with connection.cursor() as cursor, cursor.copy(_COPY % condition) as rows:
        for block in rows:
            read += block
    found = np.frombuffer(memoryview(read)[_HEADER_BYTES:-_TRAILER_BYTES], _ROW)
    kinds = {"score": np.float32} | dict.fromkeys(COUNTED, np.int32)
    values = {name: found[name].astype(kinds[name]) for name in _NAMES}
    return Columns(found["id"].astype(np.int64), values)
