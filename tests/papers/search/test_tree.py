from datetime import date

import pytest

from papers.search.language import parse
from papers.search.tree import (
    NOTHING,
    And,
    Counts,
    Dated,
    Identified,
    InList,
    Node,
    Not,
    Or,
    Query,
    Word,
)

CATS, DOGS, MICE = Word("cats"), Word("dogs"), Word("mice")
MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (And((Or((CATS, DOGS)), MICE)), "(cats OR dogs) mice"),
        (Or((And((CATS, DOGS)), MICE)), "cats dogs OR mice"),
        (And((Not(Or((CATS, DOGS))), MICE)), "-(cats OR dogs) mice"),
        (Or((Not(And((CATS, DOGS))), MICE)), "-(cats dogs) OR mice"),
        (NOTHING, ""),
    ],
)
def test_brackets_are_printed_where_they_are_needed(node: Node, text: str) -> None:
    assert str(node) == text
    assert parse(text).tree == node


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (Dated(date(2026, 1, 1), date(2026, 12, 31)), "date:2026"),
        (Dated(date(2024, 2, 1), date(2024, 2, 29)), "date:2024-02"),
        (Dated(date(2024, 2, 1), date(2024, 2, 28)), "date:2024-02-01..2024-02-28"),
        (Dated(date(2024, 2, 2), date(2024, 2, 29)), "date:2024-02-02..2024-02-29"),
        (Dated(date(2025, 2, 1), date(2026, 2, 28)), "date:2025-02-01..2026-02-28"),
        (Dated(date(2025, 1, 1), date(2026, 12, 31)), "date:2025-01-01..2026-12-31"),
        (Dated(MARCH, MARCH), "date:2026-03-01"),
        (Dated(MARCH, None), "date:2026-03-01.."),
        (Dated(None, MARCH), "date:..2026-03-01"),
        (Counts("votes", 2, 5), "votes:2..5"),
        (Counts("votes", 0, None), "votes:>=0"),
        (Counts("votes", None, 5), "votes:<=5"),
        (InList("later"), "in:later"),
        (InList("to read!"), 'in:"to read!"'),
        (InList("a)b"), 'in:"a)b"'),
        (Identified("doi", "10.1000/a(b)"), 'doi:"10.1000/a(b)"'),
    ],
)
def test_a_condition_is_printed_as_one_would_type_it(node: Node, text: str) -> None:
    assert str(node) == text
    assert parse(text).tree == And((node,))


def test_the_order_is_printed_with_the_query() -> None:
    assert str(Query(CATS, sort="new")) == "cats sort:new"
    assert str(Query(NOTHING, sort="new")) == "sort:new"
