from datetime import date

import pytest

from papers.search.language import parse
from papers.search.split import Split, normal_form, query_hash, split
from papers.search.tree import And, Counts, Is, LastDays, Not, Or, Word


def test_what_depends_on_reader_or_day_is_taken_apart() -> None:
    parts = split(parse("cats is:new votes:>9 date:last7d -is:saved ti:dogs").tree)
    assert parts.lasting == And((Word("cats"), Word("dogs", "ti")))
    changing = (Is("new"), Counts("votes", 10, None), LastDays(7), Not(Is("saved")))
    assert parts.changing == changing


def test_a_choice_with_something_changing_in_it_changes_as_a_whole() -> None:
    tree = parse("cats (dogs OR in:later)").tree
    assert split(tree).lasting == And((Word("cats"),))
    assert isinstance(split(tree).changing[0], Or)
    assert split(parse("cats OR is:voted").tree).lasting is None


def test_a_query_may_have_nothing_that_lasts() -> None:
    assert split(parse("is:saved").tree) == Split(None, (Is("saved"),))


def test_fixed_days_last() -> None:
    assert split(parse("date:2026", today=date(2026, 3, 1)).tree).changing == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cats dogs", "dogs cats"),
        ("cats cats", "CATS"),
        ("a OR (b OR c)", "c OR b OR a"),
        ("(a b) c", "c (b a)"),
        ("ti:(a b)", "ti:b ti:a"),
        ("-(-cats)", "cats"),
        ("(cats OR CATS) dogs", "cats dogs"),
        ("in:Later x", "x in:later"),
        ('"Cats"', "cats"),
        ('"\u0130stanbul"', "\u0130stanbul"),
        ("date:2026-03", "date:2026-03-01..2026-03-31"),
        ("cats sort:new", "cats"),
    ],
)
def test_queries_that_mean_the_same_are_one(one: str, other: str) -> None:
    assert normal_form(parse(one).tree) == normal_form(parse(other).tree)
    assert query_hash(parse(one).tree) == query_hash(parse(other).tree)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a b", "a OR b"), ("a -b", "b -a"), ("ti:a", "abs:a"), ('"a b"', '"b a"'), ("a*", "a")],
)
def test_queries_that_differ_stay_apart(one: str, other: str) -> None:
    assert normal_form(parse(f"xx{one} y").tree) != normal_form(parse(f"xx{other} y").tree)


def test_parts_within_parts_of_the_same_kind_are_their_parts() -> None:
    cats, dogs, mice = Word("cats"), Word("dogs"), Word("mice")
    assert normal_form(And((mice, And((cats, Not(Not(dogs))))))) == "cats dogs mice"
    assert normal_form(Or((mice, Or((cats, Or((dogs, mice))))))) == "cats OR dogs OR mice"


def test_a_hash_is_the_same_on_every_machine_and_fits_in_postgres() -> None:
    assert query_hash(parse("cats dogs").tree) == query_hash(And((Word("dogs"), Word("cats"))))
    assert query_hash(parse("cats dogs").tree) == -724102260942468889
