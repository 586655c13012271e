import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.search.analysis import ENGLISH, terms_of

LATIN = st.text(st.characters(max_codepoint=0x2070))
WORDS = st.sampled_from(
    [
        "Networks",
        "na\u00efve",
        "x_1",
        "\u0130stanbul",
        "\u0928\u093f",
        "R\u00b2",
        "\u2019s",
        "gr\u00fc\u00dfe",
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.one_of(LATIN, st.text(), st.lists(WORDS).map(" ".join)))
def test_quick_way_to_terms_is_the_analyzers(text: str) -> None:
    assert terms_of(text) == ENGLISH.analyze(text)
    assert terms_of(text) == ENGLISH.analyze(text)


@pytest.mark.parametrize("text", ["a" * 101, "owl " + "a" * 200 + " owls"])
def test_endless_words_are_no_terms(text: str) -> None:
    assert terms_of(text) == ENGLISH.analyze(text)
