"""The one way to ask the index: a query tree in, ids of papers in order out.

It decides the order asked for, the page and what is said about it; it never writes the index
(follower.py) nor Postgres. Read more: DESIGN 3.3, docs/search.md and docs/decisions.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import tantivy
from django.utils import timezone
from django.utils.translation import gettext as _

from papers.search import order
from papers.search.compiler import announced_since as announced_since_query
from papers.search.compiler import compile_node, in_category
from papers.search.cursor import DateCursor
from papers.search.facets import FacetCount, Facets, count_facets, remember_facets
from papers.search.hits import Hit, all_of, count, numbers, unscored
from papers.search.personal import NOBODY, Personal
from papers.search.reader import IndexNotReady, Reading, current_reading, current_searcher
from papers.search.relevance import rank
from papers.search.split import split
from papers.search.tree import (
    And,
    InList,
    Is,
    Node,
    Not,
    Note,
    Or,
    Phrase,
    Prefix,
    Query,
    Sort,
    Word,
)
from papers.search.words import Compiled

__all__ = [
    "DEEPEST_OFFSET",
    "DateCursor",
    "FacetCount",
    "Facets",
    "Hit",
    "IndexNotReady",
    "SearchResult",
    "Sort",
    "best",
    "current_searcher",
    "restriction",
    "search",
    "sort_of",
]

# Results further down are not reached by paging: each page costs as much as all before it. By day
# a cursor goes on without end.
_DEEPEST = 1000
DEEPEST_OFFSET: dict[Sort, int] = {
    "relevance": _DEEPEST,
    "new": 10_000,
    "trending": _DEEPEST,
    "votes": _DEEPEST,
    "stars": _DEEPEST,
    "citations": _DEEPEST,
}


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of `hits` in order, out of `total`; `notes` are sentences for the reader.

    `next` is where the next page begins (DateCursor.from_token), "" after the last page and in
    other orders than by day. `is_capped`: paging ends before the last of `total`. `near` papers
    come after the `total` that hold all that was asked. `facets` only where they were asked for.
    """

    hits: tuple[Hit, ...]
    total: int
    notes: tuple[Note, ...] = ()
    facets: Facets | None = None
    next: str = ""
    is_capped: bool = False
    near: int = 0
    sort: Sort = "relevance"


def search(
    query: Query,
    *,
    limit: int,
    offset: int = 0,
    after: DateCursor | None = None,
    sort: Sort | None = None,
    personal: Personal = NOBODY,
    category: str | None = None,
    announced_since: date | None = None,
    facets: bool = False,
    today: date | None = None,
) -> SearchResult:
    """Return the papers that hold all that `query` asks for, one page of them.

    `sort` beats the query's own, which beats "relevance" (best first, equal ones newest first);
    a query of filters alone is "new" (by day, newest first). `after` (only by day) goes on after
    that paper. `category` is a code in any case; a paper without an announcement is not
    `announced_since` any day. `today` is the day that relative dates count from, in UTC by default.
    An empty query finds nothing. Raises IndexNotReady.
    """
    asked = _Asked(
        query,
        sort or sort_of(query),
        personal,
        category,
        announced_since,
        today or timezone.now().date(),
        current_reading(),
    )
    notes = (*query.notes, *_personal_notes(query.tree, personal))
    if query.is_empty:
        return SearchResult((), 0, notes, sort=asked.sort)
    # Compiled once: with many ids that takes longer than to look them up.
    compiled = asked.compile(query.tree)
    wanted = all_of([compiled.plain, *asked.filters])
    if offset > DEEPEST_OFFSET[asked.sort]:
        result = _too_deep(asked, wanted)
    elif asked.sort == "relevance":
        result = _most_relevant(asked, compiled, limit, offset)
    else:
        result = _ordered(asked, wanted, asked.sort, limit, offset, after)
    counted = _facets(asked, wanted) if facets else None
    return replace(result, notes=(*notes, *result.notes), facets=counted)


@dataclass(frozen=True, slots=True)
class _Asked:
    query: Query
    sort: Sort
    personal: Personal
    category: str | None
    announced_since: date | None
    today: date
    reading: Reading

    @property
    def filters(self) -> list[tantivy.Query]:
        return restriction(category=self.category, announced_since=self.announced_since)

    def compile(self, node: Node) -> Compiled:
        return compile_node(
            node,
            self.personal,
            today=self.today,
            common=self.reading.common,
            reader=self.reading.searcher,
        )


def _too_deep(asked: _Asked, wanted: tantivy.Query) -> SearchResult:
    note = _("Only the first %(count)d results are shown. More words find fewer papers.")
    said = Note(note % {"count": DEEPEST_OFFSET[asked.sort]})
    total = count(asked.reading.searcher, wanted)
    return SearchResult((), total, (said,), is_capped=True, sort=asked.sort)


def _most_relevant(asked: _Asked, compiled: Compiled, limit: int, offset: int) -> SearchResult:
    found = rank(
        asked.reading.searcher,
        asked.query,
        compiled,
        compile_part=lambda node: asked.compile(node).scored,
        limit=limit,
        offset=offset,
        filters=asked.filters,
    )
    is_capped = found.total + found.near > _DEEPEST
    return SearchResult(found.hits, found.total, near=found.near, is_capped=is_capped)


def _facets(asked: _Asked, wanted: tantivy.Query) -> Facets:
    reader, tree = asked.reading.searcher, asked.query.tree
    if split(tree).changing:
        return count_facets(reader, wanted)
    key = (asked.reading.generation, tree, asked.category, asked.announced_since)
    return remember_facets(key, reader, wanted)


def sort_of(query: Query) -> Sort:
    """Return the order in which `query` is shown where no other is asked for."""
    return query.sort or ("relevance" if any(_words(query.tree)) else "new")


def _ordered(
    asked: _Asked,
    wanted: tantivy.Query,
    sort: Sort,
    limit: int,
    offset: int,
    after: DateCursor | None,
) -> SearchResult:
    reader = asked.reading.searcher
    if sort == "new" or sort == "relevance":
        page = order.newest(reader, wanted, limit=limit, offset=offset, after=after)
    else:
        page = order.by_column(reader, wanted, sort, limit=limit, offset=offset)
    return SearchResult(
        page.hits,
        page.total,
        next=page.end.token if page.end else "",
        is_capped=sort != "new" and page.total > _DEEPEST,
        sort=sort,
    )


def best(reader: tantivy.Searcher, wanted: tantivy.Query, *, limit: int) -> tuple[Hit, ...]:
    """Return the hits with the highest scores, uncounted; equal ones in no fixed order."""
    found = reader.search(wanted, limit=limit, count=False)
    ids = numbers(reader, "id", found)
    scores = [score for score, _address in found.hits]
    return tuple(Hit(paper_id, score) for paper_id, score in zip(ids, scores, strict=True))


def restriction(*, category: str | None, announced_since: date | None) -> list[tantivy.Query]:
    """Return what a paper must satisfy besides the words; none of it counts for relevance."""
    filters = []
    if category is not None:
        filters.append(in_category(category))
    if announced_since is not None:
        filters.append(announced_since_query(announced_since))
    return [unscored(query) for query in filters]


def _words(node: Node) -> Iterator[Node]:
    """The words that a paper is to hold, not those it is not to hold."""
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from _words(part)
    elif isinstance(node, Word | Phrase | Prefix):
        yield node


def _personal_notes(node: Node, personal: Personal) -> list[Note]:
    notes = []
    asked = list(dict.fromkeys(_personal_parts(node)))
    if asked and not personal.is_known:
        text = _("Only a reader who is logged in has papers of their own: %(parts)s")
        notes.append(Note(text % {"parts": ", ".join(str(part) for part in asked)}))
    elif unknown := [
        part.name
        for part in asked
        if isinstance(part, InList) and personal.in_list(part.name) is None
    ]:
        text = _("You have no list of this name: %(names)s")
        notes.append(Note(text % {"names": ", ".join(unknown)}))
    return notes


def _personal_parts(node: Node) -> Iterator[InList | Is]:
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from _personal_parts(part)
    elif isinstance(node, Not):
        yield from _personal_parts(node.part)
    elif isinstance(node, InList | Is):
        yield node
