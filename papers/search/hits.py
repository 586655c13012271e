"""What the index answers with: papers in order, and how to read their numbers from it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tantivy

from papers.search.schema import ID_MASK

Ids = npt.NDArray[np.int64]
# What it costs to read the number of one more paper that was found, and to ask whether one paper
# was found: measured on a million papers, 1.0 and 2.7 microseconds.
_READ_COST, _ASK_COST = 1.0, 2.7


@dataclass(frozen=True, slots=True)
class Hit:
    """`score`: higher is better, no upper bound; 0 where the order is not by relevance.

    `is_near`: does not hold all that was asked, but is near to it in meaning.
    """

    paper_id: int
    score: float
    is_near: bool = False


def numbers(reader: tantivy.Searcher, field: str, found: tantivy.SearchResult) -> list[int]:
    """Return the numbers of `field`, which every paper has, of each hit."""
    addresses = [address for _score, address in found.hits]
    return [int(value or 0) for value in reader.fast_field_values(field, addresses)]


def count_of(found: tantivy.SearchResult) -> int:
    """Return how many papers there are in all, where they were counted."""
    return found.count or 0  # type: ignore[attr-defined]  # missing in the library's stubs


def count(reader: tantivy.Searcher, wanted: tantivy.Query) -> int:
    # A column of which every paper has one value: half the cost of a search that counts.
    counted = reader.aggregate(wanted, {"papers": {"value_count": {"field": "told"}}})
    return int(counted["papers"]["value"])


def is_read_sooner(found: int, asked: float) -> bool:
    """Whether to read the numbers of `found` papers is cheaper than to ask for `asked` papers."""
    return found * _READ_COST <= asked * _ASK_COST


def ids_newest_first(reader: tantivy.Searcher, wanted: tantivy.Query, *, most: int) -> Ids:
    found = reader.search(wanted, limit=max(most, 1), count=False, order_by_field="newest")
    return np.array([key for key, _address in found.hits], np.int64) & ID_MASK


def is_among(ids: Ids, known: Ids) -> npt.NDArray[np.bool_]:
    """Return for each of `ids` whether it is one of `known`, which rise."""
    if not len(known):
        return np.zeros(len(ids), np.bool_)
    at = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.equal(known[at], ids)


def unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)


def all_of(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    each = list(queries)
    if len(each) == 1:
        return each[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in each])


def any_of(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    each = list(queries)
    if len(each) == 1:
        return each[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in each])
