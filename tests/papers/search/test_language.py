import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.search.language import QueryTooLong, arxiv_id_in, parse
from papers.search.tree import And, Phrase, Word


def test_words_and_phrases_are_all_wanted() -> None:
    query = parse('graph "neural  network" decoder-only')
    assert query.tree == And((Word("graph"), Phrase("neural network"), Word("decoder-only")))
    assert query.notes == ()


def test_typographic_quotes_make_a_phrase() -> None:
    assert parse("“scaling laws”").tree == And((Phrase("scaling laws"),))


def test_unclosed_quote_is_noted_and_its_words_searched() -> None:
    query = parse('sparse "mixture of')
    assert query.tree == And((Word("sparse"), Word("mixture"), Word("of")))
    assert "not closed" in query.notes[0].text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("author:hinton", ["author", "hinton"]),
        ("cats -dogs", ["cats", "dogs"]),
        ("cats OR dogs", ["cats", "OR", "dogs"]),
        ("transf*", ["transf"]),
        ("cat:cs.LG", ["cat", "cs.LG"]),
    ],
)
def test_operator_is_noted_and_searched_as_words(text: str, words: list[str]) -> None:
    query = parse(text)
    assert query.tree == And(tuple(Word(word) for word in words))
    assert "searched as plain words" in query.notes[0].text


@pytest.mark.parametrize("title", ["BERT: Pre-training of Deep Networks", "What is (not) learned?"])
def test_pasted_title_is_understood_without_notes(title: str) -> None:
    assert parse(title).notes == ()


def test_signs_without_letters_are_noted() -> None:
    query = parse('*** "--"')
    assert query.is_empty
    assert "***" in query.notes[0].text


def test_text_over_the_limit_is_refused_in_words() -> None:
    with pytest.raises(QueryTooLong, match="10000 characters"):
        parse("a" * 10_000)


def test_text_at_the_limit_is_searched() -> None:
    assert parse("a" * 1000).tree == And((Word("a" * 1000),))


@given(st.text(max_size=200) | st.text('ab "-:*()_+ORau', max_size=30))
def test_any_text_is_parsed_and_printed_text_means_the_same(text: str) -> None:
    query = parse(text)
    assert parse(str(query)).tree == query.tree


@given(st.text(max_size=50) | st.text('ab "-:*()_+ORau', max_size=30))
def test_nothing_with_letters_is_dropped_silently(text: str) -> None:
    query = parse(text)
    assert not query.is_empty or not any(character.isalnum() for character in text)


@pytest.mark.parametrize("text", ["2106.15928", "https://arxiv.org/abs/2106.15928v2"])
def test_arxiv_id_is_recognised(text: str) -> None:
    assert arxiv_id_in(text) == "2106.15928"


def test_words_are_no_arxiv_id() -> None:
    assert arxiv_id_in("attention 2106") is None
