"""The order of relevance: which of the papers found come first.

It decides the order by BM25 over title, abstract and authors, the title above all; what a query
finds is decided before (compiler.py). Read more: docs/decisions.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import tantivy

from papers.search.hits import Hit, all_of, count_of, numbers
from papers.search.tree import Query

# Equal scores are put newest first; so many more than asked for are looked at for that.
_TIES = 50


@dataclass(frozen=True, slots=True)
class Ranked:
    """One page of `hits`. `total` papers hold all that was asked, `near` more are near to it."""

    hits: tuple[Hit, ...]
    total: int
    near: int = 0


def rank(
    reader: tantivy.Searcher,
    query: Query,
    compiled: tantivy.Query,
    *,
    limit: int,
    offset: int = 0,
    filters: Sequence[tantivy.Query] = (),
) -> Ranked:
    """Return the papers that `compiled`, which is `query`, finds: best first, equal ones newest.

    Each also satisfies all `filters`, which score nothing.
    """
    wanted = all_of([compiled, *filters]) if filters else compiled
    found = reader.search(wanted, limit=offset + limit + _TIES)
    scores = [score for score, _address in found.hits]
    newest = numbers(reader, "newest", found)
    ids = numbers(reader, "id", found)
    ordered = sorted(zip(scores, newest, ids, strict=True), reverse=True)
    page = ordered[offset : offset + limit]
    hits = tuple(Hit(paper_id, score) for score, _newest, paper_id in page)
    return Ranked(hits, count_of(found))
