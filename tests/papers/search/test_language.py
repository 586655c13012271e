import inspect
import sys
from datetime import date

import pytest

from papers.search.language import QueryTooLong, parse
from papers.search.tree import (
    And,
    Counts,
    Dated,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Word,
)
from tests.papers.search.reading import only, parsed


def marked(text: str) -> list[str]:
    """The places that the notes on a search are about."""
    return [text[note.start : note.end] for note in parsed(text).notes]


# --- Words and how they are joined -------------------------------------------------------------


def test_words_and_phrases_are_all_wanted() -> None:
    query = parsed('graph "neural  network" decoder-only')
    assert query.tree == And((Word("graph"), Phrase("neural network"), Word("decoder-only")))
    assert query.notes == ()


@pytest.mark.parametrize("text", ["“scaling laws”", "«scaling laws»", "„scaling\tlaws“"])
def test_typographic_quotes_make_a_phrase(text: str) -> None:
    assert only(text) == Phrase("scaling laws")


@pytest.mark.parametrize(
    "text",
    ["cats -dogs", "cats NOT dogs", "-dogs cats", "cats --dogs", "cats +-dogs", "cats -+dogs"],
)
def test_what_is_excluded_has_a_minus_or_not(text: str) -> None:
    tree = parsed(text).tree
    assert isinstance(tree, And)
    assert set(tree.parts) == {Word("cats"), Not(Word("dogs"))}


def test_a_phrase_brackets_and_a_field_can_be_excluded() -> None:
    assert only('-"big cats"') == Not(Phrase("big cats"))
    assert only("-(big OR small)") == Not(Or((Word("big"), Word("small"))))
    assert only("-ti:cats") == Not(Word("cats", "ti"))
    assert only("ti:-cats") == Not(Word("cats", "ti"))


def test_what_is_excluded_twice_is_wanted() -> None:
    assert only("-(-cats)") == Word("cats")
    assert only("-NOT cats") == Word("cats")
    assert only("NOT NOT NOT cats") == Not(Word("cats"))


@pytest.mark.parametrize("text", ["cats OR dogs", "cats | dogs", "cats || dogs"])
def test_one_of_several_is_enough(text: str) -> None:
    assert parsed(text).tree == Or((Word("cats"), Word("dogs")))


def test_or_joins_all_that_stands_on_its_sides() -> None:
    tree = parsed("big cats OR dogs").tree
    assert tree == Or((And((Word("big"), Word("cats"))), Word("dogs")))


def test_brackets_hold_together() -> None:
    tree = parsed("(cats OR dogs) food").tree
    assert tree == And((Or((Word("cats"), Word("dogs"))), Word("food")))


@pytest.mark.parametrize("text", ["cats AND dogs", "+cats +dogs", "(cats) (dogs)", "(cats dogs)"])
def test_and_is_what_is_meant_anyway(text: str) -> None:
    query = parsed(text)
    assert query.tree == And((Word("cats"), Word("dogs")))
    assert query.notes == ()


@pytest.mark.parametrize("text", ["cats|dogs food", "(cats OR dogs) food", "cats||dogs food"])
def test_a_bar_within_a_word_joins_its_two_sides_alone(text: str) -> None:
    assert parsed(text).tree == And((Or((Word("cats"), Word("dogs"))), Word("food")))


@pytest.mark.parametrize(
    "text", ['"big cats"|dogs', 'dogs|"big cats"', "dogs|(big-cats)", "(dogs)|x"]
)
def test_a_bar_beside_quotes_or_brackets_is_or(text: str) -> None:
    query = parsed(text)
    assert isinstance(query.tree, Or)
    assert len(query.tree.parts) == 2
    assert query.notes == ()


def test_a_choice_may_be_in_another_field() -> None:
    assert parsed("cats|au:hinton").tree == Or((Word("cats"), Word("hinton", "au")))


@pytest.mark.parametrize("text", ["p(x|y)", "|x|", "a|", "a|+b"])
def test_a_bar_of_a_formula_joins_nothing(text: str) -> None:
    assert only(text) == Word(text)


def test_small_or_is_a_word() -> None:
    assert parsed("now or never").tree == And((Word("now"), Word("or"), Word("never")))


def test_a_word_may_hold_brackets() -> None:
    assert only("f(x)") == Word("f(x)")


def test_an_asterisk_stands_for_any_ending() -> None:
    assert only("transform*") == Prefix("transform")
    assert only("au:hint*") == Prefix("hint", "au")


@pytest.mark.parametrize(
    "title",
    [
        "BERT: Pre-training of Deep Networks",
        "What is (not) learned?",
        "Attention - a review & outlook",
        "http://example.org/a C++: 12:30 mailto:someone@example.org",
        "\u03b2-divergence: été 🙂x مرحبا",
    ],
)
def test_a_pasted_title_is_understood_without_notes(title: str) -> None:
    assert parsed(title).notes == ()


# --- What is not understood is said and searched all the same -----------------------------------


@pytest.mark.parametrize(
    ("text", "place", "tree"),
    [
        ("x foo:bar", "foo:bar", And((Word("x"), Phrase("foo bar")))),
        ("x cat:nope", "cat:nope", And((Word("x"), Word("nope")))),
        ("x date:2026-13", "date:2026-13", And((Word("x"), Word("2026-13")))),
        ("x date:2026-02-30", "date:2026-02-30", And((Word("x"), Word("2026-02-30")))),
        ("x date:0000", "date:0000", And((Word("x"), Word("0000")))),
        ("x date:99999", "date:99999", And((Word("x"), Word("99999")))),
        ("x date:<0001", "date:<0001", And((Word("x"), Word("0001")))),
        ("x date:last0d", "date:last0d", And((Word("x"), Word("last0d")))),
        ("x votes:abc", "votes:abc", And((Word("x"), Word("abc")))),
        ("x votes:<0", "votes:<0", And((Word("x"), Word("0")))),
        ("x has:pdf", "has:pdf", And((Word("x"), Word("pdf")))),
        ("x is:OR", "is:OR", And((Word("x"), Word("or")))),
        ("x source:mars", "source:mars", And((Word("x"), Word("mars")))),
        ("x id:abc", "id:abc", And((Word("x"), Word("abc")))),
        ("x doi:12", "doi:12", And((Word("x"), Word("12")))),
        ("x a*", "a*", And((Word("x"), Word("a")))),
        ("x ne*ro", "ne*ro", And((Word("x"), Phrase("ne ro")))),
        ("x *net", "*net", And((Word("x"), Word("net")))),
    ],
)
def test_what_is_not_understood_is_searched_as_words(text: str, place: str, tree: Node) -> None:
    assert parsed(text).tree == tree
    assert marked(text) == [place]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('x "y', '"'),
        ("x (y", "("),
        ("x y)", ")"),
        ("x OR y OR", "OR"),
        ("x y NOT", "NOT"),
        ("x y AND", "AND"),
        ("AND x y", "AND"),
        ("x () y", "("),
        ("x y ti:", "ti:"),
        ('x foo:"y"', 'foo:"y"'),
        ("x foo:(y)", "foo:("),
        ('x ti:"y', '"'),
        ("x ti: au:y", "ti:"),
        ("x y sort:size", "sort:size"),
        ("x y ???", "???"),
        ('x y "--"', '"--"'),
    ],
)
def test_what_cannot_be_searched_is_said_and_the_rest_searched(text: str, place: str) -> None:
    assert marked(text) == [place]
    assert "x" in str(parsed(text).tree)
    assert "y" in str(parsed(text).tree)


def test_an_unclosed_quote_after_a_field_leaves_the_field() -> None:
    assert parsed('x ti:"y').tree == And((Word("x"), Word("y", "ti")))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("votes:>10 x votes:<5", "votes:<5"),
        ("date:2026 x date:<2025", "date:<2025"),
        ("-cats x cats", "cats"),
    ],
)
def test_conditions_that_exclude_each_other_are_searched_and_said(text: str, place: str) -> None:
    query = parsed(text)
    assert isinstance(query.tree, And)
    assert len(query.tree.parts) == 3
    assert "No paper can satisfy both" in query.notes[0].text
    assert marked(text) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "votes:>10 stars:<5",
        "votes:>=5 votes:<=5",
        "votes:<9 votes:<5",
        "date:2026 date:>2025",
        "votes:>10 OR votes:<5",
    ],
)
def test_conditions_that_can_be_met_together_are_not_spoken_of(text: str) -> None:
    assert parsed(text).notes == ()


def test_an_unclosed_quote_after_a_minus_still_excludes() -> None:
    assert parsed('x -"y').tree == And((Word("x"), Not(Word("y"))))


def test_ends_that_are_exchanged_are_put_right_and_said() -> None:
    query = parsed("date:2026-03-31..2026-03-01 votes:9..2")
    spans = (Dated(date(2026, 3, 1), date(2026, 3, 31)), Counts("votes", 2, 9))
    assert query.tree == And(spans)
    assert ["exchanged" in note.text for note in query.notes] == [True, True]


def test_months_that_are_exchanged_are_whole_months() -> None:
    tree = parsed("date:2026-03..2026-01").tree
    assert tree == And((Dated(date(2026, 1, 1), date(2026, 3, 31)),))


def test_of_two_orders_the_later_counts_and_it_is_said() -> None:
    query = parsed("cats sort:new sort:votes")
    assert query.sort == "votes"
    assert "Only one order" in query.notes[0].text


@pytest.mark.parametrize("text", ["", "   ", "OR", "AND NOT", "()", '""', "*** ???", "-", "\x00"])
def test_a_search_of_signs_alone_finds_nothing(text: str) -> None:
    assert parsed(text).is_empty


def test_brackets_without_end_are_left_out_and_said() -> None:
    query = parsed("(" * 200 + "cats" + ")" * 200)
    assert query.tree == And((Word("cats"),))
    assert "more than 10 brackets" in query.notes[0].text


@pytest.mark.parametrize("text", ["-NOT " * 200, "NOT " * 250, "-(" * 500, "ti:(" * 250])
def test_signs_without_end_take_no_deep_stack(text: str) -> None:
    limit = sys.getrecursionlimit()
    frames = len(inspect.stack(0))
    sys.setrecursionlimit(frames + 100)
    try:
        assert parsed(text).is_empty
    finally:
        sys.setrecursionlimit(limit)


def test_of_very_many_faults_the_first_are_told_and_the_others_counted() -> None:
    notes = parsed("cats" + " )" * 300).notes
    assert len(notes) == 21
    assert notes[-1].text == "There are 280 more places like these."
    assert (notes[-1].start, notes[-1].end) == (45, 604)


def test_brackets_one_after_another_have_no_limit() -> None:
    assert parsed("(cats dogs) " * 12).notes == ()


def test_words_beyond_the_limit_are_left_out_and_said() -> None:
    text = " ".join(f"w{number}" for number in range(150))
    query = parsed(text)
    assert isinstance(query.tree, And)
    assert len(query.tree.parts) == 64
    assert [text[note.start :].split()[0] for note in query.notes] == ["w64"]


def test_characters_that_cannot_be_stored_end_a_word() -> None:
    assert parsed("big\x00cats\ud800x\x07").tree == And((Word("big"), Word("cats"), Word("x")))


def test_letters_are_composed() -> None:
    assert only("Nu\u0308wa") == Word("N\u00fcwa")


def test_a_text_over_the_limit_is_refused_in_words() -> None:
    with pytest.raises(QueryTooLong, match="10000 characters"):
        parse("a" * 10_000)


def test_a_text_that_grows_over_the_limit_as_it_is_read_is_refused() -> None:
    with pytest.raises(QueryTooLong, match="in full, this search has 1151 characters"):
        parse(f"date:({'>2026 ' * 64})")


def test_a_text_at_the_limit_is_searched() -> None:
    assert only("a" * 1000) == Word("a" * 1000)


@pytest.mark.parametrize(
    "text", ["models (LLM)-enabled learning", '"graph"-attention networks', "(a)--b c"]
)
def test_a_hyphen_that_joins_a_word_to_a_bracket_excludes_nothing(text: str) -> None:
    assert "-" not in str(parse(text).tree)
    assert parse(str(parse(text).tree)).tree == parse(text).tree


@pytest.mark.parametrize("text", ["graph -attention", "(graph) -attention", "(-attention graph)"])
def test_a_minus_before_a_word_excludes(text: str) -> None:
    assert "-attention" in str(parse(text).tree)
