"""How many of the papers found are of each category, year and month, have code, and whence.

It decides nothing about what is found or in which order.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import tantivy

from papers.search.schema import (
    CATEGORY_COLUMNS,
    MORE_CATEGORIES,
    NO_CATEGORY,
    SOURCES,
    month_text,
    unpack_told,
)

MOST_CATEGORIES = 200
# Some 20 kB each.
MOST_REMEMBERED = 200
_BY_CATEGORY = (*CATEGORY_COLUMNS, MORE_CATEGORIES)
_ASKED = {
    **{name: {"terms": {"field": name, "size": 1000}} for name in _BY_CATEGORY},
    "month": {"terms": {"field": "month", "size": 3000}},
    "told": {"terms": {"field": "told", "size": 2 << len(SOURCES)}},
}


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


_lock = threading.Lock()
_known: OrderedDict[Hashable, Facets] = OrderedDict()


def remember_facets(key: Hashable, reader: tantivy.Searcher, wanted: tantivy.Query) -> Facets:
    """Return `count_facets`, counted once for each `key`: a commit of the index and what is asked.

    Every page of a result shows the same facets, and those of common words take the longest.
    """
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    counted = count_facets(reader, wanted)
    with _lock:
        _known[key] = counted
        while len(_known) > MOST_REMEMBERED:
            _known.popitem(last=False)
    return counted


def count_facets(reader: tantivy.Searcher, wanted: tantivy.Query) -> Facets:
    """Return the counts over all papers that `wanted` finds."""
    found = reader.aggregate(wanted, _ASKED)
    counted = {name: _buckets(found[name]) for name in _ASKED}
    by_month = Counter({name: n for key, n in counted["month"] if (name := month_text(int(key)))})
    told = [(*unpack_told(int(key)), n) for key, n in counted["told"]]
    return Facets(
        _most_first(
            _add(each for name in _BY_CATEGORY for each in counted[name] if each[0] != NO_CATEGORY)
        )[:MOST_CATEGORIES],
        _newest_first(_add((month[:4], n) for month, n in by_month.items())),
        _newest_first(by_month),
        _most_first(_add(("code", n) for has_code, _sources, n in told if has_code)),
        _most_first(_add((name, n) for _has_code, names, n in told for name in names)),
    )


def _buckets(counted: dict[str, Any]) -> list[tuple[Any, int]]:
    return [(bucket["key"], int(bucket["doc_count"])) for bucket in counted["buckets"]]


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
