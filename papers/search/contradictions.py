"""Finds conditions of a search that no paper can satisfy together, to say so.

It decides what excludes each other by itself (votes above 10 and below 5); what is searched stays
as typed, and no paper is looked at. Read more: docs/search.md.
"""

from collections.abc import Container, Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import TypeVar

from papers.search.tree import Counts, Dated, Node, Not

Bound = TypeVar("Bound", int, date)


def contradictions(parts: Sequence[Node]) -> Iterator[tuple[Node, Node]]:
    """Yield the pairs of `parts`, all of which a paper has to satisfy, that exclude each other."""
    distinct = dict.fromkeys(parts)
    # Pairs of the 64 parts that a search may have took 9 ms where most of them are plain words.
    telling = [part for part in distinct if _may_exclude(part, distinct)]
    for one, other in combinations(telling, 2):
        if _exclude(one, other):
            yield one, other


def _may_exclude(part: Node, parts: Container[Node]) -> bool:
    if isinstance(part, Counts | Dated):
        return True
    return (part.part if isinstance(part, Not) else Not(part)) in parts


def _exclude(one: Node, other: Node) -> bool:
    match one, other:
        case Counts(), Counts():
            return one.counted == other.counted and _are_apart(
                (one.least, one.most), (other.least, other.most)
            )
        case Dated(), Dated():
            return _are_apart((one.first, one.last), (other.first, other.last))
        case _:
            return Not(one) == other or one == Not(other)


def _are_apart(
    one: tuple[Bound | None, Bound | None], other: tuple[Bound | None, Bound | None]
) -> bool:
    least = [first for first, _last in (one, other) if first is not None]
    most = [last for _first, last in (one, other) if last is not None]
    return bool(least and most) and max(least) > min(most)
