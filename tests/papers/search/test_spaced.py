"""Spans typed with spaces in them."""

from datetime import date

import pytest

from papers.search.language import parse
from papers.search.tree import And, Counts, Dated, Node, Not, Word
from tests.papers.search.reading import only, parsed

MARCH = Dated(date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    "text",
    [
        "date:2026-03-01 .. 2026-03-31",
        "date:2026-03-01 ..2026-03-31",
        "DATE: 2026-03-01 .. 2026-03-31",
        "date:2026-03-01 ... 2026-03-31",
        "date:2026-03-01 \u2026 2026-03-31",
        "date:2026-03-01 - 2026-03-31",
        "date:2026-03-01 \u2013 2026-03-31",
        "date:2026-03 .. 2026-03",
    ],
)
def test_a_span_of_days_may_hold_spaces(text: str) -> None:
    assert only(text) == MARCH
    assert parsed(text).notes == ()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("date:2026-03-01 ..", Dated(date(2026, 3, 1), None)),
        ("date:.. 2026-03-31", Dated(None, date(2026, 3, 31))),
        ("votes:5 .. 10", Counts("votes", 5, 10)),
        ("star: 5 ..", Counts("stars", 5, None)),
        ("stars: .. 10", Counts("stars", None, 10)),
    ],
)
def test_so_may_an_open_span_and_one_of_numbers(text: str, meant: Node) -> None:
    assert only(text) == meant


def test_words_beside_a_span_stay_words() -> None:
    tree = parsed("cats date:2026-03-01 .. 2026-03-31 2048 dogs").tree
    assert tree == And((Word("cats"), MARCH, Word("2048"), Word("dogs")))
    assert parsed("votes:5 - 10").tree == And((Counts("votes", 5, 5), Word("10")))
    assert parsed('cats:5 .. "7"').notes != ()


def test_a_span_can_be_excluded() -> None:
    assert only("-date:2026-03-01 .. 2026-03-31") == Not(MARCH)


@pytest.mark.parametrize(
    ("text", "number"),
    [("date:2026-03-01.. 2026-03-31", "2026-03-31"), ("x votes:5.. 10 y", "10")],
)
def test_a_number_after_an_open_span_is_told_to_be_a_word(text: str, number: str) -> None:
    (note,) = parsed(text).notes
    assert text[note.start : note.end] == number
    assert text.replace("x ", "").replace(" y", "").replace(" ", "") in note.text


@pytest.mark.parametrize(
    "text", ["(date:2026) ..2027", "date:2026 AND ..2027", "(votes:5) \u20267"]
)
def test_a_condition_beside_dots_and_a_number_prints_back_as_two(text: str) -> None:
    tree = parsed(text).tree
    assert isinstance(tree, And)
    assert parse(str(tree)).tree == tree


def test_a_search_with_an_unknown_field_says_what_was_searched() -> None:
    query = parsed('foo:"a b" c')
    assert str(query) == 'foo "a b" c'
    assert [note.text for note in query.notes] == [
        'There is no field “foo”: searched as the word “foo” and "a b".'
    ]
