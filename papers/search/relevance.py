"""The order of relevance: which of the papers found come first, and which come after them.

First the papers that hold all that was asked, by their words (BM25, the title above all); then,
for plain words, papers near to it by words and meaning. Meaning never lets a paper past an operator
or a filter.
Read more: docs/decisions.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import tantivy

from papers.meaning import near as meaning
from papers.search.compiler import with_ids
from papers.search.fusion import FEEDBACK, NOTHING_KNOWN, Known, fuse, with_feedback
from papers.search.hits import Hit, all_of, count_of, numbers, unscored
from papers.search.questions import Question, holding_any, preferring_titles, read_question
from papers.search.titled import best_titled
from papers.search.tree import And, Filter, Node, Not, Prefix, Query, Word
from papers.search.wording import worded_so
from papers.search.words import Compiled

# Equal scores are put newest first; so many more than asked for are looked at for that.
_TIES = 50
# So many equal papers are put in order; of more, all are shown by day.
_MOST_TIED = 4000
# How many papers holding some of the words, and how many near in meaning, are weighed up.
_BY_WORDS, _BY_MEANING = 200, 100
_MOST_NEAR = 150
# Of the fused score (0 to 2): below, a paper shares a common word or a faint likeness.
_LEAST_NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Ranked:
    """One page of `hits`. `total` papers hold all that was asked, `near` more are near to it."""

    hits: tuple[Hit, ...]
    total: int
    near: int = 0


def rank(
    reader: tantivy.Searcher,
    query: Query,
    compiled: Compiled,
    *,
    compile_part: Callable[[Node], tantivy.Query],
    limit: int,
    offset: int = 0,
    filters: Sequence[tantivy.Query] = (),
) -> Ranked:
    """Return the papers that `compiled`, which is `query`, finds: best first, equal ones newest.

    Each also satisfies all `filters`, which score nothing. Where the page reaches the end of them
    and `query` is plain words and filters, papers near to it follow, counted apart and only then.
    `compile_part` compiles a part of the query by itself.
    """
    asked = _Asked(reader, read_question(query.tree), compile_part, filters)
    found, total = _best(asked, query.tree, compiled, offset + limit + _TIES)
    exact = _as_typed_first(_newest_first(reader, found), asked.question)
    page = exact[offset : offset + limit]
    if total > offset + limit or asked.question is None:
        return Ranked(tuple(page), total)
    near = _near(asked, asked.question, {hit.paper_id for hit in exact})
    first = max(offset - total, 0)
    page += near[first : first + limit - len(page)]
    return Ranked(tuple(page), total, len(near))


@dataclass(frozen=True, slots=True)
class _Asked:
    reader: tantivy.Searcher
    question: Question | None
    compile_part: Callable[[Node], tantivy.Query]
    filters: Sequence[tantivy.Query]


def _best(
    asked: _Asked, tree: Node, compiled: Compiled, limit: int
) -> tuple[tantivy.SearchResult, int]:
    if isinstance(tree, Word) and tree.field is None:
        titled = best_titled(asked.reader, tree, compiled, asked.filters, limit=limit)
        if titled is not None:
            return titled
    wanted = preferring_titles(all_of([compiled.scored, *asked.filters]), asked.question)
    if _scores_alike(tree):
        by_day = asked.reader.search(wanted, limit=limit, order_by_field="newest")
        return by_day, count_of(by_day)
    found = asked.reader.search(wanted, limit=limit)
    total = count_of(found)
    # Equal papers come in no order: the whole group in which the page may end is read.
    while len(found.hits) < total and _ends_in_a_tie(found) and limit < _MOST_TIED:
        limit *= 4
        found = asked.reader.search(wanted, limit=limit)
    if len(found.hits) < total and found.hits[0][0] == found.hits[-1][0]:
        found = asked.reader.search(wanted, limit=limit, order_by_field="newest")
    return found, total


def _scores_alike(tree: Node) -> bool:
    """Whether all that is found has one score: beginnings and conditions weigh nothing."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    return all(
        isinstance(part, Filter | Not) or (isinstance(part, Prefix) and part.field is None)
        for part in parts
    )


def _ends_in_a_tie(found: tantivy.SearchResult) -> bool:
    """Whether what the page may need ends among equal scores."""
    scores = [score for score, _address in found.hits]
    return bool(scores) and scores[-1] == scores[max(len(scores) - _TIES - 1, 0)]


def _newest_first(reader: tantivy.Searcher, found: tantivy.SearchResult) -> list[Hit]:
    scores = [score for score, _address in found.hits]
    newest, ids = numbers(reader, "newest", found), numbers(reader, "id", found)
    ordered = sorted(zip(scores, newest, ids, strict=True), reverse=True)
    return [Hit(paper_id, score) for score, _newest, paper_id in ordered]


def _as_typed_first(hits: list[Hit], question: Question | None) -> list[Hit]:
    """Of the first fifty, those whose title is worded as the question before the others."""
    if question is None or len(question.text.split()) < 2:
        return hits
    some = hits[:_TIES]
    first = worded_so(question.text, [hit.paper_id for hit in some])
    return sorted(some, key=lambda hit: hit.paper_id not in first) + hits[_TIES:]


def _near(asked: _Asked, question: Question, exact: set[int]) -> list[Hit]:
    """Papers that hold some of the words or are near in meaning, those of `exact` left out."""
    scores = _weighed(asked, question)
    best = sorted(scores.items(), key=lambda one: (-one[1], -one[0]))
    kept = [(pk, score) for pk, score in best if pk not in exact and score >= _LEAST_NEAR]
    return [Hit(paper_id, score, is_near=True) for paper_id, score in kept[:_MOST_NEAR]]


def _weighed(asked: _Asked, question: Question) -> dict[int, float]:
    filters = [*asked.filters, *(asked.compile_part(node) for node in question.filters)]
    some = all_of(
        [holding_any(asked.reader, question, asked.compile_part), *map(unscored, filters)]
    )
    words = dict(_scored(asked.reader, asked.reader.search(some, limit=_BY_WORDS, count=False)))
    vector = meaning.encode(question.text)
    if vector is None:
        return fuse(words, None, NOTHING_KNOWN)
    best = Known(*meaning.vectors_of(list(words)[:FEEDBACK]))
    found = meaning.nearest(with_feedback(vector, words, best), limit=_BY_MEANING)
    nearest = [paper_id for paper_id, _cosine in found]
    allowed = _satisfying(asked.reader, nearest, filters)
    return fuse(words, vector, Known(*meaning.vectors_of([*words, *allowed])))


def _scored(reader: tantivy.Searcher, found: tantivy.SearchResult) -> Iterator[tuple[int, float]]:
    scores = (score for score, _address in found.hits)
    return zip(numbers(reader, "id", found), scores, strict=True)


def _satisfying(
    reader: tantivy.Searcher, paper_ids: list[int], filters: Sequence[tantivy.Query]
) -> list[int]:
    if not filters or not paper_ids:
        return paper_ids
    wanted = unscored(all_of([with_ids(paper_ids), *filters]))
    return numbers(reader, "id", reader.search(wanted, limit=len(paper_ids), count=False))
