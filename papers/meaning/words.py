"""Which words set the papers that somebody likes apart, and how much of them other papers say.

Decides how words are weighed and for how long those of a paper are kept in memory; a term is known
by its row in the model of meaning. Read more: Robertson and Sparck Jones 1976, docs/decisions.md.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from papers.meaning.model import Model, Vector
from papers.meaning.terms import count_terms, join_text
from papers.models import Paper

# About 1 kB each. A paper's text of an hour ago is as good for this as the one of now.
MOST_KEPT = 12_000
# BM25's: how soon a term that is said again says no more, and how much long texts are held back.
SATURATION, LENGTH_SHARE = 1.2, 0.75
MEAN_TERMS = 110.0  # of title and abstract, stop words left out, of 109,858 papers


@dataclass(frozen=True, slots=True)
class Said:
    """One paper's terms as rows of the model (n), and how much it says of each, 0 to 2.2 (n)."""

    rows: NDArray[np.int32]
    much: Vector


@dataclass(frozen=True, slots=True)
class Texts:
    """Several papers' terms one after another; those of the i-th begin at `starts[i]`."""

    rows: NDArray[np.int32]
    much: Vector
    starts: NDArray[np.intp]

    def score(self, weights: Vector, count: int) -> Vector:
        """Return how much each of the first `count` papers says of what is weighed (count)."""
        if count == 0 or not len(self.rows):
            return np.zeros(count, np.float32)
        end = int(self.starts[count]) if count < len(self.starts) else len(self.rows)
        parts = np.append(weights[self.rows[:end]] * self.much[:end], np.float32(0))
        sums: Vector = np.add.reduceat(parts, np.minimum(self.starts[:count], end))
        # For a paper without a term reduceat gives the first of the next.
        lengths = np.diff(np.append(self.starts[:count], end))
        return np.where(lengths > 0, sums, np.float32(0))


_lock = threading.Lock()
_kept: dict[tuple[UUID, int], Said] = {}


def read(model: Model, paper_ids: Iterable[int]) -> dict[int, Said]:
    """Return what those of the papers say that are there. One query for those not kept."""
    wanted = set(paper_ids)
    with _lock:
        found = {pk: _kept[model.key, pk] for pk in wanted if (model.key, pk) in _kept}
    missing = wanted - found.keys()
    if missing:
        rows = Paper.objects.filter(pk__in=missing).values_list("pk", "title", "abstract")
        fresh = {pk: _said(model, join_text(title, abstract)) for pk, title, abstract in rows}
        _keep(model.key, fresh)
        found |= fresh
    return found


def in_a_row(said: Mapping[int, Said], paper_ids: Sequence[int]) -> Texts:
    """Put the papers' terms one after another, in this order; one that is missing has none."""
    several = [said.get(pk, _NOTHING) for pk in paper_ids]
    lengths = [len(each.rows) for each in several]
    return Texts(
        np.concatenate([_NOTHING.rows, *(each.rows for each in several)]),
        np.concatenate([_NOTHING.much, *(each.much for each in several)]),
        np.concatenate(([0], np.cumsum(lengths)[:-1])).astype(np.intp),
    )


def weigh(model: Model, liked: Sequence[Said]) -> Vector:
    """Return the weight of each term for somebody who likes these papers (as the model's terms).

    How much a term is said in the mean, times Robertson and Sparck Jones' weight (formula F4) of a
    term that so many of the liked papers hold and so large a share of all; 0 where that is less.
    """
    rows = np.concatenate([_NOTHING.rows, *(each.rows for each in liked)])
    much = np.concatenate([_NOTHING.much, *(each.much for each in liked)])
    # By the terms that are there, not by all 80,000: a third of what this took.
    held, places, having = np.unique(rows, return_inverse=True, return_counts=True)
    said = np.bincount(places, much, len(held)) / max(len(liked), 1)
    # The model weighs a term by 1 + ln of papers by those that hold it (fitting.py).
    share = np.clip(np.exp(1 - model.weights[held].astype(np.float64)), 1e-9, 0.5)
    of_liked = (having + 0.5) / (len(liked) - having + 0.5)
    weights = np.zeros(len(model.terms), np.float32)
    weights[held] = said * np.maximum(np.log(of_liked * (1 - share) / share), 0)
    return weights


def forget() -> None:
    """For tests, where numbers of papers come again."""
    with _lock:
        _kept.clear()


def _said(model: Model, text: str) -> Said:
    rows, counts = model.known_terms(*count_terms(text))
    length = float(counts.sum())
    held_back = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length / MEAN_TERMS)
    much = counts * (SATURATION + 1) / (counts + held_back)
    return Said(rows.astype(np.int32), much.astype(np.float32))


def _keep(key: UUID, fresh: Mapping[int, Said]) -> None:
    with _lock:
        for pk, said in fresh.items():
            _kept[key, pk] = said
        while len(_kept) > MOST_KEPT:
            del _kept[next(iter(_kept))]


_NOTHING = Said(np.zeros(0, np.int32), np.zeros(0, np.float32))
