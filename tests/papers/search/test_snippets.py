import pytest

from papers.search.language import parse
from papers.search.snippets import marked, snippet
from papers.search.tree import (
    And,
    Has,
    InCategory,
    LastDays,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)


def test_words_of_the_query_are_marked_in_any_form() -> None:
    assert marked("Pruning of networks", parse("pruned network")) == (
        "<mark>Pruning</mark> of <mark>networks</mark>"
    )


@pytest.mark.parametrize("text", ['"mixture of experts"', "mixture-of-experts"])
def test_phrase_is_marked_as_one(text: str) -> None:
    title = "A Mixture-of-Experts, not experts"
    assert marked(title, parse(text)) == "A <mark>Mixture-of-Experts</mark>, not experts"


def test_markup_in_a_title_is_escaped() -> None:
    assert marked("<b>Owls</b> & co", parse("owls")) == (
        "&lt;b&gt;<mark>Owls</mark>&lt;/b&gt; &amp; co"
    )


def test_accents_do_not_shift_the_marks() -> None:
    assert marked("Zoe\u0308 Bücher", parse("bucher")) == "Zo\u00eb <mark>Bücher</mark>"


def test_word_too_long_for_the_index_does_not_shift_the_marks() -> None:
    text = f"{'x' * 200} attention"
    assert marked(text, parse("attention")).endswith(" <mark>attention</mark>")


def test_short_text_is_shown_whole() -> None:
    assert snippet("On owls.", parse("owls")) == "On <mark>owls</mark>."


def test_passage_with_most_of_the_words_is_chosen() -> None:
    filler = "Nothing of note stands here at all. " * 20
    text = f"{filler} An owl. {filler} The owl eats mice. {filler}"
    found = snippet(text, parse("owl mice"))
    assert "<mark>owl</mark> eats <mark>mice</mark>" in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) < 330


def test_without_a_match_the_beginning_is_shown() -> None:
    assert snippet("Begin here. " + "word " * 200, parse("owl")).startswith("Begin here. word")


def test_text_of_one_endless_word_is_cut() -> None:
    assert len(snippet("a" * 5000, parse("owl"))) < 300


def test_words_written_in_tex_are_marked() -> None:
    assert marked(r"The Schr\"odinger \emph{equation}", parse("schrodinger equation")) == (
        "The <mark>Schrödinger</mark> <mark>equation</mark>"
    )


def test_maths_is_shown_in_characters_and_escaped() -> None:
    assert snippet(r"Owls at $\delta < x^2$.", parse("owls")) == ("<mark>Owls</mark> at δ &lt; x².")


def test_letter_is_marked_where_its_name_is_asked_for() -> None:
    assert marked(r"The $\delta$-test of $R^2$", parse("delta r2")) == (
        "The <mark>δ</mark>-test of <mark>R²</mark>"
    )


@pytest.mark.parametrize(
    ("query", "title"),
    [
        (Word("owl", "ti"), "<mark>Owls</mark> at night"),
        (Word("owl", "abs"), "Owls at night"),
        (Word("owl", "au"), "Owls at night"),
        (Phrase("owls at", "ti"), "<mark>Owls at</mark> night"),
        (Prefix("nig"), "Owls at <mark>night</mark>"),
        (Prefix("owls at ni"), "<mark>Owls at night</mark>"),
        (Prefix("nig", "abs"), "Owls at night"),
        (Not(Word("owl")), "Owls at night"),
        (And((Word("owl"), Not(Word("night")))), "<mark>Owls</mark> at night"),
        (Or((Word("heron"), Word("night"))), "Owls at <mark>night</mark>"),
        (And((InCategory("cs.CL"), Has("code"))), "Owls at night"),
        (Or((Has("doi"), And((Word("at"), LastDays(3))))), "Owls <mark>at</mark> night"),
    ],
    ids=str,
)
def test_what_a_paper_is_to_hold_in_its_title_is_marked(query: Node, title: str) -> None:
    assert marked("Owls at night", Query(query)) == title


@pytest.mark.parametrize(
    ("text", "asked", "shown"),
    [
        ("A pre-training step", Word("pretraining"), "A <mark>pre-training</mark> step"),
        ("By pretraining", Word("pre-training"), "By <mark>pretraining</mark>"),
        ("The Schrödinger map", Word("schroedinger"), "The <mark>Schrödinger</mark> map"),
        ("Of experiments", Prefix("experim"), "Of <mark>experiments</mark>"),
        ("Fine-tuned owls", Prefix("finet"), "<mark>Fine-tuned</mark> owls"),
        ("An \u03b1 map", Prefix("alp"), "An <mark>\u03b1</mark> map"),
    ],
)
def test_other_spellings_that_match_are_marked(text: str, asked: Word | Prefix, shown: str) -> None:
    assert marked(text, Query(asked)) == shown


def test_words_for_the_abstract_are_marked_there() -> None:
    query = Query(And((Word("owl", "abs"), Word("night", "ti"))))
    assert snippet("Owls at night.", query) == "<mark>Owls</mark> at night."


def test_names_are_marked_as_such() -> None:
    query = Query(And((Word("moor", "au"), Word("lin", "ti"))))
    assert marked("Ada Moor, Lin Wei", query, field="au") == "Ada <mark>Moor</mark>, Lin Wei"


@pytest.mark.parametrize("text", ["", "*", "\ud7ff", "a" * 300, "["])
@pytest.mark.parametrize("kind", [Word, Phrase, Prefix])
def test_odd_text_marks_nothing(kind: type[Word | Phrase | Prefix], text: str) -> None:
    assert marked("Owls at night", Query(kind(text))) == "Owls at night"


def test_a_word_asked_for_twice_counts_once() -> None:
    text = "owl " + "and so on " * 60 + "kestrel weir"
    assert "kestrel" in snippet(text, parse("owl owl owl kestrel weir"))


def test_a_hyphenated_chain_too_long_for_the_index_marks_nothing() -> None:
    chain = f"{'kes' * 30}-{'trel' * 30} owls"
    assert "<mark>owls</mark>" in marked(chain, parse("kes* owl*"))
    assert marked(chain, parse("zzz*")) == chain


def test_beginnings_are_marked_in_order_wherever_they_stand() -> None:
    text = "Owls, kestrels and an owlet: the experiment"
    assert marked(text, parse("owl* kest*")) == (
        "<mark>Owls</mark>, <mark>kestrels</mark> and an <mark>owlet</mark>: the experiment"
    )
    assert marked(text, parse("experime*")) == text.replace("experiment", "<mark>experiment</mark>")
    assert marked("deep owl nets, an owl nest", parse("owl-ne*")) == (
        "deep <mark>owl nets</mark>, an <mark>owl nest</mark>"
    )
