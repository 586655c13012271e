from datetime import date

import pytest

from papers.search.tree import (
    And,
    Counts,
    Dated,
    FromSource,
    Has,
    Identified,
    InCategory,
    InList,
    Is,
    LastDays,
    Node,
    Or,
    Phrase,
    Prefix,
    Word,
)
from tests.papers.search.reading import only, parsed


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("ti:cats", Word("cats", "ti")),
        ("TITLE:cats", Word("cats", "ti")),
        ("ti: cats", Word("cats", "ti")),
        ("ti：cats", Word("cats", "ti")),  # noqa: RUF001
        ('abstract:"big cats"', Phrase("big cats", "abs")),
        ('author: "Geoffrey Hinton"', Phrase("Geoffrey Hinton", "au")),
        ("au:hinton_g", Word("hinton_g", "au")),
        ("cat:CS.cl", InCategory("cs.CL")),
        ("cat:cs", InCategory("cs.*")),
        ("cat:cs.*", InCategory("cs.*")),
        ("cat:hep-TH", InCategory("hep-th")),
        ("cat:cond-mat.Stat-mech", InCategory("cond-mat.stat-mech")),
        ("id:2401.12345v2", Identified("id", "2401.12345")),
        ("id:hep-th/9901001", Identified("id", "hep-th/9901001")),
        ("arXiv:2401.12345", Identified("id", "2401.12345")),
        ("doi:10.1016/S0(99)1-2", Identified("doi", "10.1016/s0(99)1-2")),
        ("has:CODE", Has("code")),
        ("source:hf", FromSource("huggingface")),
        ("is:saved", Is("saved")),
        ('in:"My list"', InList("My list")),
        ("in:later", InList("later")),
    ],
)
def test_a_field_is_understood(text: str, node: Node) -> None:
    assert only(text) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("date:2026", Dated(date(2026, 1, 1), date(2026, 12, 31))),
        ("date:2028-02", Dated(date(2028, 2, 1), date(2028, 2, 29))),
        ("date:2026-3-1", Dated(date(2026, 3, 1), date(2026, 3, 1))),
        ("date:2026-03-01..2026-03-31", Dated(date(2026, 3, 1), date(2026, 3, 31))),
        ("date:2025..2026-02", Dated(date(2025, 1, 1), date(2026, 2, 28))),
        ("date:2026-03-01..2026-03-01", Dated(date(2026, 3, 1), date(2026, 3, 1))),
        ("date:2026..", Dated(date(2026, 1, 1), None)),
        ("date:..2026-03", Dated(None, date(2026, 3, 31))),
        ("date:>2026", Dated(date(2027, 1, 1), None)),
        ("date:>=2026", Dated(date(2026, 1, 1), None)),
        ("date:<2026", Dated(None, date(2025, 12, 31))),
        ("date:<=2026-02", Dated(None, date(2026, 2, 28))),
        ("date: > 2026", Dated(date(2027, 1, 1), None)),
        ("since:2026-03", Dated(date(2026, 3, 1), None)),
        ("before:2026-03", Dated(None, date(2026, 2, 28))),
        ("date:yesterday", Dated(date(2026, 3, 9), date(2026, 3, 9))),
        ("date:2025...2026", Dated(date(2025, 1, 1), date(2026, 12, 31))),
        ("date:\u22652026", Dated(date(2026, 1, 1), None)),
        ("date:today", LastDays(1)),
        ("date:last7d", LastDays(7)),
        ("date:last-2weeks", LastDays(14)),
        ("date:last3m", LastDays(90)),
        ("date:last1y", LastDays(365)),
    ],
)
def test_days_are_understood(text: str, node: Node) -> None:
    assert only(text) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("votes:>10", Counts("votes", 11, None)),
        ("votes:>=10", Counts("votes", 10, None)),
        ("stars:<10", Counts("stars", None, 9)),
        ("stars:<=10", Counts("stars", None, 10)),
        ("citations:5..10", Counts("citations", 5, 10)),
        ("citations:5..", Counts("citations", 5, None)),
        ("saves:..5", Counts("saves", None, 5)),
        ("comments:=3", Counts("comments", 3, 3)),
        ("upvote:0", Counts("upvotes", 0, 0)),
        ("votes: > 10", Counts("votes", 11, None)),
        ("votes:\u226510", Counts("votes", 10, None)),
        ("votes: \u2264 10", Counts("votes", None, 10)),
        ("votes:5\u202610", Counts("votes", 5, 10)),
    ],
)
def test_numbers_are_understood(text: str, node: Node) -> None:
    assert only(text) == node


def test_a_field_before_brackets_counts_for_all_in_them() -> None:
    tree = parsed('ti:(cats "big dogs" OR abs:mice)').tree
    inside = And((Word("cats", "ti"), Phrase("big dogs", "ti")))
    assert tree == Or((inside, Word("mice", "abs")))


def test_a_filter_before_brackets_counts_for_all_in_them() -> None:
    assert parsed("cat:(cs.LG OR cs.CL)").tree == Or((InCategory("cs.LG"), InCategory("cs.CL")))


@pytest.mark.parametrize("text", ["cat:cs.LG,CS.cl", "cat:cs.LG|cs.CL", "cat:(cs.LG OR cs.CL)"])
def test_several_values_are_a_choice(text: str) -> None:
    assert parsed(text).tree == Or((InCategory("cs.LG"), InCategory("cs.CL")))
    assert parsed(text).notes == ()


def test_a_choice_in_a_field_is_a_choice_of_words_in_it() -> None:
    assert parsed("ti:cats|dog*").tree == Or((Word("cats", "ti"), Prefix("dog", "ti")))
    assert parsed("ti:cats,dogs").tree == And((Word("cats,dogs", "ti"),))


@pytest.mark.parametrize(
    "text", ["\u202aau:hinton\u202c", "\u200eau:hin\u00adton", "au:\ufeffhinton"]
)
def test_characters_that_nobody_sees_do_not_count(text: str) -> None:
    assert only(text) == Word("hinton", "au")


def test_full_width_signs_and_digits_are_read_as_plain_ones() -> None:
    assert only("votes\uff1a\uff1e\uff11\uff10") == Counts("votes", 11, None)
    assert only("\uff02big cats\uff02") == Phrase("big cats")


def test_the_order_is_no_condition() -> None:
    query = parsed("cats sort:NEW")
    assert query.tree == And((Word("cats"),))
    assert query.sort == "new"
    assert parsed("cats").sort is None
    assert parsed("cats sort:new sort:new").notes == ()
