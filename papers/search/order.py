"""The orders other than relevance: by day, and by what the columns count.

It decides the order alone; what a query finds is decided before (compiler.py).
"""

from dataclasses import dataclass

import numpy as np
import tantivy

from papers.search import columns
from papers.search.columns import Ranked
from papers.search.cursor import DateCursor
from papers.search.hits import Hit, all_of, count, count_of, numbers, unscored
from papers.search.schema import SCHEMA


@dataclass(frozen=True, slots=True)
class Ordered:
    """One page of `hits` out of `total`; `end` is where the page ends, None after the last."""

    hits: tuple[Hit, ...]
    total: int
    end: DateCursor | None = None


def newest(
    reader: tantivy.Searcher,
    wanted: tantivy.Query,
    *,
    limit: int,
    offset: int = 0,
    after: DateCursor | None = None,
) -> Ordered:
    """Newest first; papers without a day last. `after` goes on where a page ended."""
    asked = all_of([wanted, _before(after)]) if after else wanted
    found = reader.search(asked, limit=limit + 1, offset=offset, order_by_field="newest")
    ids = numbers(reader, "id", found)[:limit]
    keys = [int(key) for key, _address in found.hits]
    end = DateCursor(keys[limit - 1]) if len(keys) > limit else None
    total = count(reader, wanted) if after else count_of(found)
    return Ordered(tuple(Hit(paper_id, 0.0) for paper_id in ids), total, end)


def by_column(
    reader: tantivy.Searcher,
    wanted: tantivy.Query,
    column: Ranked,
    *,
    limit: int,
    offset: int = 0,
) -> Ordered:
    """The highest count first; equal and unknown ones newest first."""
    total = count(reader, wanted)
    if not total:
        return Ordered((), 0)
    found = reader.search(wanted, limit=total, order_by_field="newest")
    ids = np.array(numbers(reader, "id", found), np.int64)
    values = columns.current().values(column, ids)
    page = ids[np.argsort(-values, kind="stable")][offset : offset + limit]
    return Ordered(tuple(Hit(int(paper_id), 0.0) for paper_id in page), total)


def _before(after: DateCursor) -> tantivy.Query:
    return unscored(
        tantivy.Query.range_query(
            SCHEMA, "newest", tantivy.FieldType.Unsigned, None, after.key, include_upper=False
        )
    )
