"""Stored sentences, said again in another language."""

import json
from datetime import date

import pytest
from django.utils import translation

from papers.sentences import Sentence, day, in_language, joined, plural_sentence, restored, sentence


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {"of %(day)s: %(support)s": "vom %(day)s: %(support)s"}
    monkeypatch.setattr("papers.sentences.gettext", lambda text: words.get(text, text))


def example() -> Sentence:
    support = joined([plural_sentence("%(n)s vote", "%(n)s votes", 2), sentence("and 100 %%")])
    return sentence("of %(day)s: %(support)s", day=day(date(2026, 3, 5), "j F"), support=support)


def test_it_is_english_whatever_is_spoken_when_it_is_made() -> None:
    with translation.override("de"):
        assert example() == "of 5 March: 2 votes, and 100 %"


@pytest.mark.usefixtures("german")
def test_it_is_said_in_the_language_of_the_moment() -> None:
    with translation.override("de"):
        assert in_language(restored("of", example().made_of)).startswith("vom 5. März: ")


def test_what_it_is_made_of_survives_being_stored() -> None:
    kept = json.loads(json.dumps(example().made_of))
    assert restored("", kept) == example()


def test_what_was_stored_before_is_a_text() -> None:
    assert in_language(restored("because of old", None)) == "because of old"


def test_what_a_reader_wrote_is_not_translated() -> None:
    made = sentence("because you saved “%(title)s”", title="100 %(n)s %s")
    assert in_language(made) == "because you saved “100 %(n)s %s”"
