"""The one way to ask the index: a query tree in, ids of papers in order out.

It decides relevance (BM25 over title, abstract and authors, the title above all); it never writes
the index (follower.py) and never touches Postgres. Read more: DESIGN 3.3 and docs/decisions.md.
"""

import os
import threading
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import tantivy
from django.utils.translation import gettext as _

from papers.search import folder
from papers.search.schema import ENGLISH, NAMES, SCHEMA, newest_key, normalise, open_index
from papers.search.tree import And, Node, Note, Query, Term

# A match in the title, short as titles are, outweighs any in the abstract: measured on 109,858
# papers, "decoder-only" lists every title that holds it before the first that does not.
TITLE_BOOST = 6.0
AUTHORS_BOOST = 0.5
# Words typed without quotes that stand side by side in a title or a name are most likely meant so.
TOGETHER_BOOST = 4.0
MOST_WORDS_TOGETHER = 12

# Results further down are not reached by paging: each page costs as much as all before it.
DEEPEST_OFFSET = {"relevance": 1000, "new": 10_000}
# Equal scores are put newest first; so many more than asked for are looked at for that.
_TIES = 50

Sort = Literal["relevance", "new"]


class IndexNotReady(Exception):
    """There is no index yet. `indexed` of `papers` are in it so far; both 0: not begun."""

    def __init__(self) -> None:
        state = folder.read_state()
        self.indexed = state.indexed if state else 0
        self.papers = state.papers if state else 0
        super().__init__(
            _("Search is being prepared: %(indexed)d of %(papers)d papers so far.")
            % {"indexed": self.indexed, "papers": self.papers}
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """`score`: higher is better, no upper bound; 0 where the order is by date."""

    paper_id: int
    score: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of `hits` in order, out of `total`; `notes` are sentences for the reader."""

    hits: tuple[Hit, ...]
    total: int
    notes: tuple[Note, ...] = ()


def search(
    query: Query,
    *,
    limit: int,
    offset: int = 0,
    sort: Sort = "relevance",
    category: str | None = None,
    announced_since: date | None = None,
) -> SearchResult:
    """Return the papers that hold all that `query` asks for, one page of them.

    `sort` is "relevance" (best first, equal ones newest first) or "new" (by day of announcement,
    newest first). `category` is a code in any case; a paper without a day is not
    `announced_since` any day. An empty query finds nothing. Raises IndexNotReady.
    """
    reader = current_searcher()
    if query.is_empty:
        return SearchResult((), 0, query.notes)
    wanted = _restricted(_compile(query.tree), category, announced_since)
    deepest = DEEPEST_OFFSET[sort]
    if offset > deepest:
        total = _count(reader.search(wanted, limit=1))
        note = _("Only the first %(count)d results are shown. More words find fewer papers.")
        return SearchResult((), total, (*query.notes, Note(note % {"count": deepest})))
    find = _newest if sort == "new" else _most_relevant
    hits, total = find(reader, wanted, limit, offset)
    return SearchResult(hits, total, query.notes)


def _most_relevant(
    reader: tantivy.Searcher, wanted: tantivy.Query, limit: int, offset: int
) -> tuple[tuple[Hit, ...], int]:
    found = reader.search(wanted, limit=offset + limit + _TIES)
    scores = [score for score, _address in found.hits]
    newest = _values(reader, "newest", found)
    ids = _values(reader, "id", found)
    ordered = sorted(zip(scores, newest, ids, strict=True), reverse=True)
    page = ordered[offset : offset + limit]
    return tuple(Hit(paper_id, score) for score, _newest, paper_id in page), _count(found)


def _newest(
    reader: tantivy.Searcher, wanted: tantivy.Query, limit: int, offset: int
) -> tuple[tuple[Hit, ...], int]:
    found = reader.search(wanted, limit=limit, offset=offset, order_by_field="newest")
    return tuple(Hit(paper_id, 0.0) for paper_id in _values(reader, "id", found)), _count(found)


def best(reader: tantivy.Searcher, wanted: tantivy.Query, *, limit: int) -> tuple[Hit, ...]:
    """Return the hits with the highest scores, uncounted; equal ones in no fixed order."""
    found = reader.search(wanted, limit=limit, count=False)
    ids = _values(reader, "id", found)
    scores = [score for score, _address in found.hits]
    return tuple(Hit(paper_id, score) for paper_id, score in zip(ids, scores, strict=True))


def _values(reader: tantivy.Searcher, field: str, found: tantivy.SearchResult) -> list[int]:
    """The numbers of `field`, which every paper has, of each hit."""
    addresses = [address for _score, address in found.hits]
    return [int(value or 0) for value in reader.fast_field_values(field, addresses)]


def _count(found: tantivy.SearchResult) -> int:
    return found.count or 0  # type: ignore[attr-defined]  # missing in the library's stubs


def restriction(*, category: str | None, announced_since: date | None) -> list[tantivy.Query]:
    """Return what a paper must satisfy besides the words; none of it counts for relevance."""
    filters = []
    if category is not None:
        filters.append(tantivy.Query.term_query(SCHEMA, "category", category.lower()))
    if announced_since is not None:
        filters.append(
            tantivy.Query.range_query(
                SCHEMA, "newest", tantivy.FieldType.Unsigned, newest_key(announced_since)
            )
        )
    return [tantivy.Query.const_score_query(query, 0.0) for query in filters]


def _restricted(
    query: tantivy.Query, category: str | None, announced_since: date | None
) -> tantivy.Query:
    filters = restriction(category=category, announced_since=announced_since)
    return _all_of([query, *filters]) if filters else query


def _compile(node: Node) -> tantivy.Query:
    if isinstance(node, Term):
        return _anywhere(node.text)
    if not isinstance(node, And):
        raise TypeError(f"{node} is nothing that the index holds.")
    must = [(tantivy.Occur.Must, _compile(part)) for part in node.parts]
    text = " ".join(str(part) for part in node.parts)
    terms = ENGLISH.analyze(normalise(text))
    if len(node.parts) == 1 or len(terms) > MOST_WORDS_TOGETHER:
        return tantivy.Query.boolean_query(must)
    together = [
        _boosted(_in_field("title", terms), TOGETHER_BOOST),
        _boosted(_in_field("authors", NAMES.analyze(normalise(text))), TOGETHER_BOOST),
    ]
    return tantivy.Query.boolean_query(
        [*must, *((tantivy.Occur.Should, query) for query in together)]
    )


def _anywhere(text: str) -> tantivy.Query:
    terms = ENGLISH.analyze(normalise(text))
    names = NAMES.analyze(normalise(text))
    return tantivy.Query.boolean_query(
        [
            (tantivy.Occur.Should, _boosted(_in_field("title", terms), TITLE_BOOST)),
            (tantivy.Occur.Should, _in_field("abstract", terms)),
            (tantivy.Occur.Should, _boosted(_in_field("authors", names), AUTHORS_BOOST)),
        ]
    )


def _boosted(query: tantivy.Query, boost: float) -> tantivy.Query:
    return tantivy.Query.boost_query(query, boost)


def _in_field(field: str, terms: list[str]) -> tantivy.Query:
    if not terms:
        return tantivy.Query.empty_query()
    if len(terms) == 1:
        return tantivy.Query.term_query(SCHEMA, field, terms[0], "freq")
    return tantivy.Query.phrase_query(SCHEMA, field, list(terms))


def _all_of(queries: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


@dataclass(slots=True)
class _Open:
    index: tantivy.Index
    path: Path
    stamp: tuple[int, int]


_lock = threading.Lock()
_open: dict[Path, _Open] = {}


def current_searcher() -> tantivy.Searcher:
    """Return a searcher over the last commit of the live index; raises IndexNotReady.

    Each call looks whether the follower committed or replaced the index: two system calls.
    """
    with _lock:
        for _attempt in range(2):
            # The second time: a rebuilt index took the place of the one just looked up.
            try:
                return _refreshed(folder.current()).index.searcher()
            except (OSError, ValueError):
                _open.pop(folder.root(), None)
    raise IndexNotReady


def _refreshed(path: Path | None) -> _Open:
    if path is None:
        raise FileNotFoundError
    meta = os.stat(path / "meta.json")
    stamp = (meta.st_ino, meta.st_mtime_ns)
    opened = _open.get(folder.root())
    if opened is None or opened.path != path:
        opened = _open[folder.root()] = _Open(open_index(path), path, stamp)
    if opened.stamp != stamp:
        opened.index.reload()
        opened.stamp = stamp
    return opened
