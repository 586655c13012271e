"""How many of the papers found are of each category, year and month, have code, and whence.

It decides nothing about what is found or in which order.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import tantivy

from papers.search.schema import unpack_facts

MOST_CATEGORIES = 200
_MOST_FACTS = 20_000


@dataclass(frozen=True, slots=True)
class FacetCount:
    """`value` as the query language writes it: cs.CL, 2026, 2026-03, code, arxiv."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Categories, code and sources by count, the most first; years and months newest first.

    `code` has the papers that have code, if any. Papers without a day are in no year.
    """

    categories: tuple[FacetCount, ...]
    years: tuple[FacetCount, ...]
    months: tuple[FacetCount, ...]
    code: tuple[FacetCount, ...]
    sources: tuple[FacetCount, ...]


def count_facets(reader: tantivy.Searcher, wanted: tantivy.Query) -> Facets:
    """Return the counts over all papers that `wanted` finds."""
    found = reader.aggregate(
        wanted,
        {
            "categories": {"terms": {"field": "category", "size": MOST_CATEGORIES}},
            "facts": {"terms": {"field": "facts", "size": _MOST_FACTS}},
        },
    )
    facts = [
        (unpack_facts(int(bucket["key"])), int(bucket["doc_count"]))
        for bucket in found["facts"]["buckets"]
    ]
    categories = Counter(
        {str(each["key"]): int(each["doc_count"]) for each in found["categories"]["buckets"]}
    )
    return Facets(
        _most_first(categories),
        _newest_first(_add((f.month[:4], n) for f, n in facts if f.month)),
        _newest_first(_add((f.month, n) for f, n in facts if f.month)),
        _most_first(_add(("code", n) for f, n in facts if f.has_code)),
        _most_first(_add((name, n) for f, n in facts for name in f.sources)),
    )


def _add(counts: Iterable[tuple[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for value, count in counts:
        total[value] += count
    return total


def _most_first(counts: Counter[str]) -> tuple[FacetCount, ...]:
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(FacetCount(value, count) for value, count in ordered)


def _newest_first(counts: Counter[str]) -> tuple[FacetCount, ...]:
    return tuple(FacetCount(value, count) for value, count in sorted(counts.items(), reverse=True))
