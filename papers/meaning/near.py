"""What is near in meaning: of a text, of a paper, of what each of many readers likes.

Decides how nearness to several papers is counted; it never writes. Before the first training it
finds nothing, and says so by empty answers. Read more: DESIGN 3.4, docs/decisions.md.
"""

import logging
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

import numpy as np

from papers.meaning import recent, store, vectors, words
from papers.meaning.model import DIMENSIONS, Model, Vector
from papers.meaning.recent import Recent
from papers.meaning.slots import Live, live
from papers.meaning.vectors import Only
from papers.meaning.words import Said

logger = logging.getLogger(__name__)

NEAREST = 3  # liked papers whose nearness is averaged: keeps several interests apart
MOST_READ = 20  # of them, of which words are read: of 40 no more was found
MEANING_SHARE = 0.5  # beside words
MOST_LIKED = 100  # liked papers looked at; the caller gives the newest first
# Read by eye among 109,858 papers: above, papers share a subject; of random pairs 1 in 200 is.
LEAST_COSINE = 0.42
# Below it, papers whose words and meaning together stand out from all others do too: of half-hidden
# libraries a fifth more was found, among as many papers.
STANDS_OUT = 4.0
LEAST_OF_OUTSTANDING = 0.25
# 16 MB of cosines at once, a thread.
BLOCK_NUMBERS = 4_000_000


@dataclass(frozen=True, slots=True)
class Related:
    """`similarity` is the cosine of the two vectors: 1 for the same text, near 0 for unlike."""

    paper_id: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Taste:
    """Whose papers are to be like: `liked` newest first, `unwanted` those to keep away from."""

    liked: Sequence[int]
    since: date
    limit: int
    unwanted: Sequence[int] = ()
    excluding: Collection[int] = ()

    @property
    def looked_at(self) -> Sequence[int]:
        return self.liked[:MOST_LIKED]

    @property
    def read(self) -> Sequence[int]:
        """Those whose words are read, spread over what is looked at."""
        return self.looked_at[:: math.ceil(len(self.looked_at) / MOST_READ) or 1]


@dataclass(frozen=True, slots=True)
class NearSaved:
    """`because_of` is the nearest of the liked papers; `score` the mean cosine with the nearest
    three of them."""

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


def near_each(tastes: Sequence[Taste]) -> list[list[NearSaved]]:
    """Return for each taste the recent papers nearest to what is liked, best first.

    The order is by words (words.py, of 20 liked papers) and by meaning, the mean cosine with the
    three nearest of the newest 100 liked papers, each in standard deviations, meaning counting
    half. Left out are the liked papers themselves, papers below LEAST_COSINE that do not stand out,
    and those nearer to an unwanted paper than to any liked one. Five queries for all; memory is
    bounded (BLOCK_NUMBERS).
    """
    served = live()
    if served is None or not tastes:
        return [[] for _taste in tastes]
    try:
        model = store.load(served.model_key)
    except store.ModelMissing:
        logger.warning("The model of meaning %s is not in the database.", served.model_key)
        return [[] for _taste in tastes]
    lately = recent.newest(served, min(taste.since for taste in tastes))
    wanted = {pk for taste in tastes for pk in (*taste.looked_at, *taste.unwanted)}
    there, known = vectors.read(served.slot, sorted(wanted))
    said = words.read(model, {pk for taste in tastes for pk in taste.read})
    material = _Material(model, lately, known, {pk: row for row, pk in enumerate(there)}, said)
    found: list[list[NearSaved]] = []
    for block in _blocks(tastes, len(lately.paper_ids)):
        found += _near_block(block, material)
    return found


@dataclass(frozen=True, slots=True)
class _Material:
    """What all tastes are answered from; `rows` says where in `known` a paper's vector is."""

    model: Model
    lately: Recent
    known: Vector
    rows: Mapping[int, int]
    said: Mapping[int, Said]


def _blocks(tastes: Sequence[Taste], candidates: int) -> Iterator[Sequence[Taste]]:
    """Cut into runs whose product with all candidates fits into BLOCK_NUMBERS."""
    begin = columns = 0
    for end, taste in enumerate(tastes):
        wide = len(taste.looked_at) + len(taste.unwanted)
        if end > begin and (columns + wide) * candidates > BLOCK_NUMBERS:
            yield tastes[begin:end]
            begin, columns = end, 0
        columns += wide
    yield tastes[begin:]


def _near_block(tastes: Sequence[Taste], material: _Material) -> Iterator[list[NearSaved]]:
    rows, lately = material.rows, material.lately
    liked = [[pk for pk in taste.looked_at if pk in rows] for taste in tastes]
    unwanted = [[pk for pk in taste.unwanted if pk in rows] for taste in tastes]
    every = [pk for pair in zip(liked, unwanted, strict=True) for several in pair for pk in several]
    # One product for all of them: each taste has its own columns.
    cosines = lately.vectors @ material.known[[rows[pk] for pk in every]].T if every else None
    begin = 0
    for taste, mine, others in zip(tastes, liked, unwanted, strict=True):
        count = lately.count_since(taste.since)
        if cosines is None or not mine or not count:
            yield []
        else:
            middle = begin + len(mine)
            against = cosines[:count, middle : middle + len(others)]
            yield _best(taste, mine, material, cosines[:count, begin:middle], against)
        begin += len(mine) + len(others)


def _best(
    taste: Taste, liked: list[int], material: _Material, cosines: Vector, against: Vector
) -> list[NearSaved]:
    """The papers that fit one taste: rows of `cosines` are papers, columns what is liked."""
    nearest = min(NEAREST, len(liked))
    means = np.partition(cosines, -nearest, axis=1)[:, -nearest:].mean(axis=1)
    scores = _by_words(taste, material, len(means)) + MEANING_SHARE * _standard(means)
    fits = (means >= LEAST_COSINE) | ((scores >= STANDS_OUT) & (means >= LEAST_OF_OUTSTANDING))
    if against.shape[1]:
        fits &= against.max(axis=1) < cosines.max(axis=1)
    places = np.flatnonzero(fits)
    paper_ids = material.lately.paper_ids
    best = places[np.lexsort((-paper_ids[places], -scores[places]))]
    left_out = {*taste.liked, *taste.excluding}
    fresh = (place for place in best if int(paper_ids[place]) not in left_out)
    return [
        NearSaved(
            int(paper_ids[place]),
            liked[int(cosines[place].argmax())],
            min(float(means[place]), 1.0),
        )
        for place in islice(fresh, taste.limit)
    ]


def _by_words(taste: Taste, material: _Material, count: int) -> Vector:
    said = [material.said[pk] for pk in taste.read if pk in material.said]
    weights = words.weigh(material.model, said)
    return _standard(material.lately.texts.score(weights, count))


def _standard(scores: Vector) -> Vector:
    """In standard deviations from the mean; all 0 where they are equal."""
    deviation = float(scores.std())
    return (scores - scores.mean()) / np.float32(deviation) if deviation > 0 else scores * 0


def _encode(served: Live, text: str) -> Vector | None:
    try:
        return store.load(served.model_key).encode(text)
    except store.ModelMissing:
        # It was replaced between the two questions; the next one finds its successor.
        logger.warning("The model of meaning %s is not in the database.", served.model_key)
        return None
