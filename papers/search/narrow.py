"""Other searches that one leads to: narrower by an operator, wider without it, in another order.

It decides how a query changes, as a tree, so that each is again a text one could have typed. Read
more: docs/search.md.
"""

from dataclasses import replace
from datetime import date

from papers.search.tree import (
    NOTHING,
    And,
    Dated,
    Is,
    LastDays,
    Node,
    Not,
    Or,
    Prefix,
    Query,
    Sort,
    Word,
)

SHORTEST_BEGINNING = 2


def parts_of(query: Query) -> tuple[Node, ...]:
    """Return what papers must satisfy, all of it."""
    return query.tree.parts if isinstance(query.tree, And) else (query.tree,)


def toggled(query: Query, part: Node) -> Query:
    """Return `query` with `part` as one more condition, or without it where it is one already."""
    parts = parts_of(query)
    if part in parts:
        return _of(query, tuple(each for each in parts if each != part))
    return _of(query, (*parts, part))


def within(query: Query, days: Dated | LastDays | None) -> Query:
    """Return `query` with `days` instead of all days it names; None for papers of any day."""
    kept = tuple(part for part in parts_of(query) if not isinstance(part, Dated | LastDays))
    return _of(query, kept if days is None else (*kept, days))


def days_of(query: Query) -> Dated | LastDays | None:
    """Return the days that `query` names, the last of several."""
    named = [part for part in parts_of(query) if isinstance(part, Dated | LastDays)]
    return named[-1] if named else None


def ordered(query: Query, sort: Sort | None) -> Query:
    return replace(query, sort=sort)


def beginning(query: Query, text: str) -> Query | None:
    """Return `query` with its last word taken for the beginning of one; None where it is none."""
    parts = parts_of(query)
    last = parts[-1] if parts else None
    if not isinstance(last, Word) or last.field or not text.endswith(last.text):
        return None
    if len(last.text) < SHORTEST_BEGINNING or not last.text.isalpha():
        return None
    return _of(query, (*parts[:-1], Prefix(last.text)))


def dated_since(query: Query, day: date) -> Query:
    """Return `query` of papers announced, else submitted, on `day` or later."""
    return _of(query, (*parts_of(query), Dated(day, None)))


def unseen(query: Query) -> Query:
    """Return `query` without what its reader has seen, unless it asks for just that."""
    if _asks_for_seen(query.tree):
        return query
    return _of(query, (*parts_of(query), Not(Is("seen"))))


def _asks_for_seen(node: Node) -> bool:
    if isinstance(node, And | Or):
        return any(_asks_for_seen(part) for part in node.parts)
    return _asks_for_seen(node.part) if isinstance(node, Not) else node == Is("seen")


def _of(query: Query, parts: tuple[Node, ...]) -> Query:
    if len(parts) == 1 and isinstance(parts[0], Or):
        return replace(query, tree=parts[0])
    return replace(query, tree=And(parts) if parts else NOTHING)
