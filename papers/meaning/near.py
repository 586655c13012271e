"""What is near in meaning: of a text, of a paper, of a reading list.

Decides how nearness to several papers is counted; it never writes. Before the first training it
finds nothing, and says so by empty answers. Read more: DESIGN 3.4, docs/decisions.md.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from papers.meaning import recent, store, vectors
from papers.meaning.model import DIMENSIONS, Vector
from papers.meaning.slots import Live, live
from papers.meaning.vectors import Only

logger = logging.getLogger(__name__)

NEAREST = 3  # papers of a list whose nearness is averaged: keeps several interests apart
MOST_SAVED = 300  # papers of a list looked at; the caller gives the newest first


@dataclass(frozen=True, slots=True)
class Related:
    """`similarity` is the cosine of the two vectors: 1 for the same text, near 0 for unlike."""

    paper_id: int
    similarity: float


@dataclass(frozen=True, slots=True)
class NearSaved:
    """`because_of` is the nearest of the papers asked about; `score` as a similarity."""

    paper_id: int
    because_of: int
    score: float


def encode(text: str) -> Vector | None:
    """Return the vector of `text` (256 numbers, length 1).

    None where no model is trained yet, or where it knows no word of the text.
    """
    served = live()
    return _encode(served, text) if served else None


def nearest(vector: Vector, *, limit: int, only: Only = vectors.ANY) -> list[tuple[int, float]]:
    """Return (paper, cosine) of the papers nearest to `vector`, nearest first."""
    served = live()
    return vectors.nearest(served.slot, vector, limit=limit, only=only) if served else []


def vectors_of(paper_ids: Sequence[int]) -> tuple[list[int], Vector]:
    """Return those of `paper_ids` that have a vector, in their order, and the vectors (n x 256)."""
    served = live()
    if served is None:
        return [], np.zeros((0, DIMENSIONS), np.float32)
    return vectors.read(served.slot, paper_ids)


def related(paper_id: int, *, limit: int) -> list[Related]:
    """Return the papers most like this one, most alike first; it is not among them."""
    served = live()
    if served is None:
        return []
    there, known = vectors.read(served.slot, [paper_id])
    if not there:
        return []
    only = Only(excluding=(paper_id,))
    found = vectors.nearest(served.slot, known[0], limit=limit, only=only)
    return [Related(other, cosine) for other, cosine in found]


def more_like(
    paper_ids: Sequence[int],
    *,
    limit: int,
    excluding: Sequence[int] = (),
    announced_since: date | None = None,
) -> list[NearSaved]:
    """Return the papers most like those of a list, best first, with the reason for each.

    The list's papers and `excluding` are left out. Only the first 300 of `paper_ids` are looked at.
    """
    served = live()
    if served is None:
        return []
    saved, known = vectors.read(served.slot, list(paper_ids)[:MOST_SAVED])
    if not saved:
        return []
    left_out = {*paper_ids, *excluding}
    candidates, theirs = _candidates(served, _centre(known), limit, left_out, announced_since)
    scored = [
        one for one in _score(candidates, theirs, saved, known) if one.paper_id not in left_out
    ]
    return sorted(scored, key=lambda one: (-one.score, -one.paper_id))[:limit]


def _candidates(
    served: Live, centre: Vector, limit: int, left_out: set[int], since: date | None
) -> tuple[list[int], Vector]:
    if since is not None and (lately := recent.vectors_since(served, since)) is not None:
        return lately
    only = Only(announced_since=since, excluding=tuple(left_out))
    found = vectors.nearest(served.slot, centre, limit=2 * limit, only=only)
    return vectors.read(served.slot, [paper_id for paper_id, _cosine in found])


def _encode(served: Live, text: str) -> Vector | None:
    try:
        return store.load(served.model_key).encode(text)
    except store.ModelMissing:
        # It was replaced between the two questions; the next one finds its successor.
        logger.warning("The model of meaning %s is not in the database.", served.model_key)
        return None


def _centre(known: Vector) -> Vector:
    mean: Vector = known.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return mean / np.float32(length) if length else mean


def _score(
    candidates: list[int], theirs: Vector, saved: list[int], known: Vector
) -> list[NearSaved]:
    """The mean similarity to the nearest three of the list's papers."""
    similarities = theirs @ known.T
    count = min(NEAREST, len(saved))
    strongest = -np.sort(-similarities, axis=1)[:, :count]
    reasons = similarities.argmax(axis=1)
    return [
        NearSaved(paper_id, saved[reason], float(score))
        for paper_id, reason, score in zip(candidates, reasons, strongest.mean(axis=1), strict=True)
    ]
