import pytest

from papers.search.language import parse
from papers.search.narrow import beginning, days_of, ordered, toggled, within
from papers.search.tree import Dated, InCategory, LastDays

CL = InCategory("cs.CL")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("cats", "cats cat:cs.CL"),
        ("cats cat:cs.CL", "cats"),
        ("cats OR dogs", "(cats OR dogs) cat:cs.CL"),
        ("(cats OR dogs) cat:cs.CL", "cats OR dogs"),
        ("cat:cs.CL", ""),
        ("cats sort:new", "cats cat:cs.CL sort:new"),
    ],
)
def test_a_condition_comes_and_goes(before: str, after: str) -> None:
    assert str(toggled(parse(before), CL)) == after


@pytest.mark.parametrize("before", ["cats", "cats date:2026", "date:last7d cats date:..2025"])
def test_only_one_span_of_days_counts(before: str) -> None:
    assert str(within(parse(before), LastDays(30))) == "cats date:last30d"
    assert str(within(parse(before), None)) == "cats"


def test_the_days_of_a_search_are_told() -> None:
    assert isinstance(days_of(parse("cats date:2026")), Dated)
    assert days_of(parse("cats -date:2026")) is None


def test_the_order_changes_alone() -> None:
    assert str(ordered(parse("cats sort:new"), "votes")) == "cats sort:votes"
    assert str(ordered(parse("cats sort:new"), None)) == "cats"


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("reinforcement lea", "reinforcement lea*"),
        ("gra", "gra*"),
        ("graph ", None),
        ('"graph att"', None),
        ("ti:gra", None),
        ("graph a", None),
        ("cat:cs.CL", None),
    ],
)
def test_the_last_word_may_be_the_beginning_of_one(text: str, begun: str | None) -> None:
    query = beginning(parse(text), text)
    assert (str(query) if query else None) == begun
