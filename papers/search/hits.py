"""What the index answers with: papers in order, and how to read their numbers from it."""

from collections.abc import Iterable
from dataclasses import dataclass

import tantivy


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
    # Without scores: half the cost of the same with them.
    return count_of(reader.search(tantivy.Query.const_score_query(wanted, 0.0), limit=1))


def unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)


def all_of(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    each = list(queries)
    if len(each) == 1:
        return each[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in each])


def any_of(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])
