"""The orders other than relevance: by day, and by what the columns count.

It decides the order alone; what a query finds is decided before (compiler.py).
"""

from dataclasses import dataclass

import numpy as np
import tantivy

from papers.search import columns
from papers.search.columns import Ranked
from papers.search.compiler import with_ids
from papers.search.cursor import DateCursor
from papers.search.hits import (
    Hit,
    Ids,
    all_of,
    count,
    count_of,
    ids_newest_first,
    is_read_sooner,
    unscored,
)
from papers.search.schema import SCHEMA, id_of

# So many more candidates are asked for than should be needed on average.
_MARGIN = 1.4
_LEAST_ASKED = 100


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
    keys = [int(key) for key, _address in found.hits]
    end = DateCursor(keys[limit - 1]) if len(keys) > limit else None
    total = count(reader, wanted) if after else count_of(found)
    return Ordered(tuple(Hit(id_of(key), 0.0) for key in keys[:limit]), total, end)


def by_column(
    reader: tantivy.Searcher,
    wanted: tantivy.Query,
    ranked: Ranked,
    *,
    limit: int,
    offset: int = 0,
) -> Ordered:
    """The highest count first, equal ones by number; those without one last, newest first."""
    wanted = unscored(wanted)
    total = count(reader, wanted)
    enough = min(offset + limit, total)
    if not enough or offset >= total:
        return Ordered((), total)
    asked = enough * reader.num_docs / total * _MARGIN
    if is_read_sooner(total, asked):
        ids = _sorted(ids_newest_first(reader, wanted, most=total), ranked)
    else:
        ids = _first_of(reader, wanted, ranked, enough, int(asked), total)
    return Ordered(tuple(Hit(int(each), 0.0) for each in ids[offset:enough]), total)


def _sorted(ids: Ids, ranked: Ranked) -> Ids:
    """`ids`, the newest first, in the order of `ranked`."""
    values = columns.current().of(ranked, ids)
    # Among those with a count by number, as _first_of has them; the others stay as they are.
    ties = np.where(values > 0, -ids, np.arange(len(ids)))
    return ids[np.lexsort((ties, -values))]


def _first_of(
    reader: tantivy.Searcher,
    wanted: tantivy.Query,
    ranked: Ranked,
    enough: int,
    asked: int,
    total: int,
) -> Ids:
    """Go through the papers in the order of `ranked`, asking which of them are `wanted`.

    Where they stand far down in it, all `total` of them are read and sorted instead.
    """
    best = columns.current().best_first(ranked)
    found: list[Ids] = []
    at, asked, have = 0, max(asked, _LEAST_ASKED), 0
    while have < enough and at < len(best):
        some = best[at : at + asked]
        asked_for = with_ids(some.tolist(), papers=reader.num_docs)
        among = ids_newest_first(reader, all_of([wanted, asked_for]), most=len(some))
        found.append(some[np.isin(some, among)])
        have += len(among)
        at, asked = at + len(some), asked * 2
        if have < enough and is_read_sooner(total, asked):
            return _sorted(ids_newest_first(reader, wanted, most=total), ranked)
    if have < enough:
        found.append(_uncounted(reader, wanted, ranked, enough, have))
    return np.concatenate(found)


def _uncounted(
    reader: tantivy.Searcher, wanted: tantivy.Query, ranked: Ranked, enough: int, have: int
) -> Ids:
    """The newest of which nothing is counted; of those that are, `have` are wanted."""
    ids = ids_newest_first(reader, wanted, most=enough + have)
    return ids[columns.current().of(ranked, ids) <= 0]


def _before(after: DateCursor) -> tantivy.Query:
    return unscored(
        tantivy.Query.range_query(
            SCHEMA, "newest", tantivy.FieldType.Unsigned, None, after.key, include_upper=False
        )
    )
