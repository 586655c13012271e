import pytest

from papers.search.analysis import NAMES, normalise
from papers.search.forms import AuthorName, author_keys, author_name, other_words, spellings


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("plain words", ""),
        ("a pre-training step", "pretraining"),
        ("(GPT-4), end-to-end", "GPT4 endtoend"),
        ("non\u2011linear", "nonlinear"),
        ("a-b-c-d-e-f", ""),
        ("- -- x- -y", ""),
        ("Schrödinger", "Schroedinger"),
        ("naïve", ""),
    ],
)
def test_text_is_found_by_how_else_it_may_be_written(text: str, others: str) -> None:
    assert other_words(text) == others


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("owl", []),
        ("decoder-only", ["decoderonly"]),
        ("decoder only", ["decoderonly"]),
        ("one two three", []),
        ("Müller", ["Mueller"]),
    ],
)
def test_asked_for_in_one_way_means_the_others_too(text: str, others: list[str]) -> None:
    assert spellings(text) == [text, *others]


@pytest.mark.parametrize(
    "text",
    [
        "Geoffrey E. Hinton",
        "G. Hinton",
        "G.E. Hinton",
        "Hinton, Geoffrey",
        "Hinton G",
        "hinton_g",
        "HINTON_Geoffrey",
        "Geoffrey Hinton Jr.",
    ],
)
def test_name_has_one_key_however_it_is_written(text: str) -> None:
    assert author_keys(text) == ("hinton_g",)


def test_umlaut_is_found_in_both_foldings() -> None:
    assert author_keys("Bernhard Schölkopf") == ("scholkopf_b", "schoelkopf_b")


@pytest.mark.parametrize("text", ["", "Plato", "...", "Jr", "_", "猫"])
def test_single_word_is_no_name_with_initials(text: str) -> None:
    assert author_name(text) is None


@pytest.mark.parametrize("name", ["Ada B. Moor", "Xi O'Neil-Smith", "R2 D2"])
def test_quick_way_through_plain_names_is_the_analyzers(name: str) -> None:
    first, *_middle, last = NAMES.analyze(normalise(name))
    assert author_name(name) == AuthorName(first, last)
