"""How words and meaning are weighed against each other, in plain numbers.

It decides how much a paper's nearness in meaning counts beside its words, for one question; it
never fetches anything. Read more: docs/decisions.md, and benchmarks/quality.py for the figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from papers.meaning.model import DIMENSIONS, Vector

# Papers that hold the question's words best, whose meaning is added to the question's own.
FEEDBACK = 3
# Papers that hold the words best, which show whether meaning knows what the question is about.
WITNESSES = 10
# Meaning counts in full when their nearness is half that of the nearest paper of all.
AGREEMENT = 2.0


@dataclass(frozen=True, slots=True)
class Known:
    """The vectors (n x 256, of length 1) of `paper_ids` (n)."""

    paper_ids: list[int]
    vectors: Vector


NOTHING_KNOWN = Known([], np.zeros((0, DIMENSIONS), np.float32))


def fuse(words: Mapping[int, float], question: Vector | None, known: Known) -> dict[int, float]:
    """Return a score for each paper of `words` and of `known`, 0 to 2; higher is better.

    `words` are scores by words, best first, on any scale; `question` is the vector of what was
    asked, None where no model knows it. A paper's score is its share of the best score by words,
    plus its nearness to the question and to the three best papers by words. Nearness counts less
    the further the best papers by words lie from the question, compared with the nearest of all:
    where words and meaning do not agree at all, words decide alone. Measured on three judged sets,
    and on them with vectors of 16 dimensions and with random ones: never below words alone.
    """
    best = max(words.values(), default=0.0)
    scores = {paper_id: score / best if best > 0 else 0.0 for paper_id, score in words.items()}
    if question is None or not known.paper_ids:
        return scores
    asked = with_feedback(question, words, known)
    weight = _agreement(known.vectors @ question, _rows_of(words, known))
    for paper_id, cosine in zip(known.paper_ids, (known.vectors @ asked).tolist(), strict=True):
        scores[paper_id] = scores.get(paper_id, 0.0) + weight * max(cosine, 0.0)
    return scores


def with_feedback(question: Vector, words: Mapping[int, float], known: Known) -> Vector:
    """Return `question` turned towards the three best papers by words, of length 1."""
    rows = _rows_of(words, known)[:FEEDBACK]
    weights = np.array([words[known.paper_ids[row]] for row in rows], np.float32)
    return _normal(question + _normal(weights @ known.vectors[rows]))


def _rows_of(words: Mapping[int, float], known: Known) -> list[int]:
    """Where the papers of `words` that have a vector stand in `known`, best first."""
    place = {paper_id: row for row, paper_id in enumerate(known.paper_ids)}
    return [place[paper_id] for paper_id in words if paper_id in place]


def _normal(vector: Vector) -> Vector:
    length = np.float32(np.linalg.norm(vector))
    return vector / length if length > 0 else vector


def _agreement(cosines: Vector, first: list[int]) -> float:
    """0 to 1; 1 too where no paper holds a word, since meaning then is all there is."""
    if not first:
        return 1.0
    nearest = float(cosines.max())
    if nearest <= 0:
        return 0.0
    witnesses = np.maximum(cosines[first[:WITNESSES]], 0)
    return min(1.0, AGREEMENT * float(witnesses.mean()) / nearest)
