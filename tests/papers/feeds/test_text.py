import pytest

from papers.feeds.text import clean, opening


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "it is empty"),
        (b" \n\x00", "it is empty"),
        (b"<html>", "it begins “<html>”"),
        (b"Bl\xc3\xa4tter \xff", "it begins “Blätter ”"),
        (bytes(range(128, 200)), "it is no text"),
    ],
)
def test_what_an_answer_begins_with_can_be_shown(body: bytes, words: str) -> None:
    assert opening(body) == words


def test_signs_that_turn_text_about_go() -> None:
    assert clean("a\u202eb\u2066c\u200fd") == "abc\u200fd"
