"""Which new papers are near those a reader likes: by meaning, or else by the words they share.

It decides nearness from vectors, the index and the text of the papers alone; who likes them it
does not know. The digest's section "near your lists" asks it. Read more: docs/decisions.md.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import tantivy

from papers.latex import to_text
from papers.meaning import near as meaning
from papers.meaning import slots
from papers.meaning.near import Taste
from papers.models import Paper
from papers.search.engine import best, current_searcher, restriction
from papers.search.schema import ENGLISH, SCHEMA, normalise

# A saved paper is asked for by its strongest terms; more of them made it slower, not better.
TERMS_A_PAPER = 20
TITLE_WEIGHT = 3  # a term in the title counts as often in the abstract
LEAST_PAPERS = 3  # a term of fewer papers is a name or a slip
MOST_PAPERS_SHARE = 0.2  # a term of more papers says little
FEW_PAPERS = 1000  # below it every term counts
NEAREST = 3  # saved papers whose nearness is averaged: keeps several interests apart
CANDIDATES_EACH = 50
# Read by eye in a replayed month: at 0.10 papers share a subject, at 0.05 words of the trade.
LEAST_NEARNESS = 0.1


@dataclass(frozen=True, slots=True)
class Near:
    """`score` in 0..1, 1 for the same words; `because_of` is the nearest liked paper's id."""

    paper_id: int
    score: float
    because_of: int


def near_each(tastes: Sequence[Taste]) -> list[Sequence[Near]]:
    """Return for each of many readers the papers nearest to what they like, best first.

    Once a model of meaning is trained it decides (papers/meaning/near.py), for all at once. Before
    that, words decide, one reader after another: a candidate's nearness to one liked paper is its
    BM25 score for that paper's strongest terms, divided by the liked paper's own. Its score is the
    mean over its three nearest liked papers; a reader with fewer has the mean over those, and one
    that shares no term counts 0; what is unwanted is not looked at.
    Liked papers themselves are left out, as are those that are not indexed. Only the first 100
    liked papers are looked at. Raises IndexNotReady where words decide.
    """
    if slots.live() is None:
        return [_by_words(taste) for taste in tastes]
    return [
        [Near(one.paper_id, one.score, one.because_of) for one in several]
        for several in meaning.near_each(tastes)
    ]


def _by_words(taste: Taste) -> Sequence[Near]:
    searcher = current_searcher()
    texts = _texts(taste.looked_at)
    by_candidate: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for saved_id, (title, abstract) in texts.items():
        query = _strongest_terms(searcher, title, abstract)
        for paper_id, nearness in _nearest(searcher, query, saved_id, taste.since):
            by_candidate[paper_id].append((nearness, saved_id))
    for paper_id in (*taste.liked, *taste.excluding):
        by_candidate.pop(paper_id, None)
    found = [_score(paper_id, parts, len(texts)) for paper_id, parts in by_candidate.items()]
    enough = (one for one in found if one.score >= LEAST_NEARNESS)
    return sorted(enough, key=lambda one: (-one.score, -one.paper_id))[: taste.limit]


def _texts(paper_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    rows = Paper.objects.filter(pk__in=paper_ids).values_list("pk", "title", "abstract")
    found = {pk: (to_text(title), to_text(abstract)) for pk, title, abstract in rows}
    return {pk: found[pk] for pk in paper_ids if pk in found}


def _score(paper_id: int, parts: list[tuple[float, int]], saved: int) -> Near:
    nearest = sorted(parts, reverse=True)[:NEAREST]
    mean = sum(nearness for nearness, _saved_id in nearest) / min(NEAREST, saved)
    return Near(paper_id, mean, nearest[0][1])


def _strongest_terms(searcher: tantivy.Searcher, title: str, abstract: str) -> tantivy.Query:
    """Return an OR of the terms with the highest tf * idf."""
    counts = Counter(ENGLISH.analyze(normalise(abstract)))
    for term in ENGLISH.analyze(normalise(title)):
        counts[term] += TITLE_WEIGHT
    papers = max(searcher.num_docs, 1)
    weights: dict[str, float] = {}
    for term, count in counts.items():
        having = max(searcher.doc_freq(field, term) for field in ("title", "abstract"))
        if _tells(having, papers):
            weights[term] = (1 + math.log(count)) * math.log(papers / having)
    strongest = sorted(weights, key=lambda term: (-weights[term], term))[:TERMS_A_PAPER]
    return tantivy.Query.boolean_query(
        [
            (tantivy.Occur.Should, tantivy.Query.term_query(SCHEMA, field, term, "freq"))
            for term in strongest
            for field in ("title", "abstract")
        ]
    )


def _tells(having: int, papers: int) -> bool:
    """Whether a term that `having` of `papers` hold says what a paper is about."""
    if papers < FEW_PAPERS:
        return having > 0
    return LEAST_PAPERS <= having <= papers * MOST_PAPERS_SHARE


def _nearest(
    searcher: tantivy.Searcher, query: tantivy.Query, saved_id: int, announced_since: date
) -> list[tuple[int, float]]:
    itself = tantivy.Query.term_query(SCHEMA, "id", saved_id)
    own = best(searcher, _both(query, tantivy.Query.const_score_query(itself, 0.0)), limit=1)
    if not own or own[0].score <= 0:
        return []
    new = restriction(category=None, announced_since=announced_since)
    found = best(searcher, _both(query, *new), limit=CANDIDATES_EACH)
    return [(hit.paper_id, min(hit.score / own[0].score, 1.0)) for hit in found]


def _both(*queries: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])
