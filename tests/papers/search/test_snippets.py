import pytest

from papers.search.language import parse
from papers.search.snippets import marked, snippet


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
