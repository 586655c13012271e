"""What the tests of the language share: searches read on a fixed day."""

from datetime import date

from papers.search.language import parse
from papers.search.tree import And, Node, Query

TODAY = date(2026, 3, 10)


def parsed(text: str) -> Query:
    return parse(text, today=TODAY)


def only(text: str) -> Node:
    """The one part of a search that is understood without a note."""
    query = parsed(text)
    assert query.notes == ()
    assert isinstance(query.tree, And)
    (part,) = query.tree.parts
    return part
