"""Which papers are like those of a reading list, for the page "more like this list".

It decides likeness by the terms that set the list's papers apart from all others, and a little by
nearness in meaning, which also says which paper of the list is the reason. Whose list it is it does
not know. Read more: docs/decisions.md, benchmarks/quality.py.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import tantivy

from papers.meaning import near as meaning
from papers.meaning.terms import STOPS, join_text
from papers.models import Paper
from papers.search.analysis import ENGLISH, normalise
from papers.search.compiler import with_ids
from papers.search.hits import any_of, numbers, unscored
from papers.search.reader import current_searcher
from papers.search.schema import SCHEMA

# Papers of a list whose words are read, spread over it: of 40 or 60 no more was found.
MOST_READ = 20
# Papers of it that may be the reason for one; the caller gives the newest first.
MOST_REASONS = 200
# Of 120 the second hundred of results is a little better, at twice the time.
TERMS = 50
# Terms whose number of papers is looked up: beyond them lie words of one paper of the list.
_PERHAPS = 250
# BM25's: how soon a term that is said again says no more, and how much long texts are held back.
_SATURATION, _LENGTH_SHARE = 1.2, 0.75
# How much of the score nearness in meaning makes up at most.
_MEANING_SHARE = 0.3
_NEAREST = 3
_REORDERED = 100  # the best by words, of which meaning is asked


@dataclass(frozen=True, slots=True)
class Like:
    """`score`: 0 to 1.3, higher is better. `because_of`: the nearest of the list, if known."""

    paper_id: int
    score: float
    because_of: int | None


def more_like(paper_ids: Sequence[int], *, limit: int, excluding: Iterable[int] = ()) -> list[Like]:
    """Return the papers most like those of a list, best first.

    Each of the list's terms weighs by how often its papers say it (BM25's saturated frequency, in
    the mean) times the Robertson-Sparck Jones weight of a term that so many of them hold and so
    many of all. The list's own papers and `excluding` are left out. Raises IndexNotReady.
    """
    reader = current_searcher()
    saved = list(dict.fromkeys(paper_ids))
    spread = saved[:: math.ceil(len(saved) / MOST_READ)] if saved else []
    rows = Paper.objects.filter(pk__in=spread).values_list("title", "abstract")
    texts = [_count(title, abstract) for title, abstract in rows]
    weights = _weigh(reader, texts)
    if not weights:
        return []
    found = _search(reader, weights, limit, {*saved, *excluding})
    return _with_reasons(found, saved[:MOST_REASONS])


def _count(title: str, abstract: str) -> Counter[str]:
    return Counter(ENGLISH.analyze(normalise(join_text(title, abstract))))


def _weigh(reader: tantivy.Searcher, texts: list[Counter[str]]) -> dict[str, float]:
    """The terms that tell the list's papers from others, each with its weight in a search."""
    said, having = _said(texts)
    papers, saved = max(reader.num_docs, 1), len(texts)
    weights = {}
    for term in heapq.nlargest(_PERHAPS, said, key=said.__getitem__):
        all_having = max(reader.doc_freq("abstract", term), reader.doc_freq("title", term))
        telling = _relevance_weight(having[term], saved, all_having, papers)
        if telling > 0:
            weights[term] = said[term] * telling / _idf(all_having, papers)
    return {term: weights[term] for term in heapq.nlargest(TERMS, weights, key=weights.__getitem__)}


def _said(texts: list[Counter[str]]) -> tuple[dict[str, float], dict[str, int]]:
    """How much each term is said in the mean, 0 to 2.2, and how many of the papers hold it."""
    lengths = [sum(text.values()) for text in texts]
    mean = max(sum(lengths) / max(len(texts), 1), 1)
    said: dict[str, float] = defaultdict(float)
    having: dict[str, int] = defaultdict(int)
    for text, length in zip(texts, lengths, strict=True):
        held_back = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length / mean)
        for term, count in text.items():
            said[term] += count * (_SATURATION + 1) / (count + held_back) / len(texts)
            having[term] += 1
    for term in STOPS & said.keys():
        del said[term]
    return said, having


def _relevance_weight(having: int, saved: int, all_having: int, papers: int) -> float:
    """Robertson and Sparck Jones 1976, formula F4 with halves added."""
    others = max(papers - all_having - saved + having, 0) + 0.5
    return math.log(
        (having + 0.5) * others / ((max(all_having - having, 0) + 0.5) * (saved - having + 0.5))
    )


def _idf(having: int, papers: int) -> float:
    # As the index weighs a term itself, which a weight in a search multiplies.
    return math.log(1 + (papers - having + 0.5) / (having + 0.5))


def _search(
    reader: tantivy.Searcher, weights: dict[str, float], limit: int, left_out: set[int]
) -> dict[int, float]:
    wanted = any_of(
        tantivy.Query.boost_query(tantivy.Query.term_query(SCHEMA, field, term, "freq"), weight)
        for term, weight in weights.items()
        for field in ("title", "abstract")
    )
    found = reader.search(
        tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Must, wanted),
                (tantivy.Occur.MustNot, unscored(with_ids(left_out))),
            ]
        ),
        limit=limit,
        count=False,
    )
    scores = [score for score, _address in found.hits]
    return dict(zip(numbers(reader, "id", found), scores, strict=True))


def _with_reasons(found: dict[int, float], saved: list[int]) -> list[Like]:
    best = max(found.values(), default=1.0)
    likes = {pk: Like(pk, score / best, None) for pk, score in found.items()}
    there, known = meaning.vectors_of(saved)
    candidates, vectors = meaning.vectors_of(list(found)[:_REORDERED])
    if there and candidates:
        cosines = vectors @ known.T
        nearest = -np.sort(-cosines, axis=1)[:, :_NEAREST].mean(axis=1)
        most = max(float(nearest.max()), 1e-6)
        reasons = cosines.argmax(axis=1).tolist()
        for pk, nearness, reason in zip(candidates, nearest.tolist(), reasons, strict=True):
            score = likes[pk].score + _MEANING_SHARE * max(nearness, 0.0) / most
            likes[pk] = Like(pk, score, there[reason])
    return sorted(likes.values(), key=lambda like: (-like.score, -like.paper_id))
