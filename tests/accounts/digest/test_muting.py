from typing import Any

import pytest

from accounts.digest import muting
from accounts.models import Mute
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db


def hides(kind: str, value: str, **fields: Any) -> bool:
    user, paper = make_user(), make_paper(**fields)
    Mute.objects.create(user=user, kind=kind, value=value)
    return muting.read([user.pk])[user.pk].hides(muting.texts([paper.pk])[paper.pk])


@pytest.mark.parametrize(
    ("value", "title", "expected"),
    [
        ("survey", "A Survey of Owls", True),
        ("survey", "Surveys of owls", True),
        ("SURVEY", "a survey", True),
        ("art", "Owls: state of the art", True),
        ("art", "Articulated owls", False),
        ("large language model", "Large Language Models for Owls", True),
        ("large language model", "Large models of language", False),
        ("resume", "Writing a résumé", True),
        ("!!", "Owls!!", False),
    ],
)
def test_word_or_phrase(value: str, title: str, expected: bool) -> None:
    assert hides("word", value, title=title) is expected


def test_word_of_the_abstract_counts() -> None:
    assert hides("word", "kestrel", title="Birds", abstract="We look at kestrels.")


def test_words_of_title_and_abstract_do_not_run_together() -> None:
    assert not hides("word", "birds seen", title="On birds", abstract="Not seen.")


@pytest.mark.parametrize(
    ("value", "author", "expected"),
    [
        ("Ada Moor", "Ada Moor", True),
        ("moor", "Ada Moor", True),
        ("Moor, Ada", "Ada Moor", True),
        ("Ada Moor", "Ada Moorland", False),
        ("Jose Nunez", "José Núñez", True),
        ("Ada Oak", "Ada Moor", False),
    ],
)
def test_author(value: str, author: str, expected: bool) -> None:
    assert hides("author", value, authors=("Ben Oak", author)) is expected


def test_name_must_be_of_one_author() -> None:
    assert not hides("author", "Ada Oak", authors=("Ada Moor", "Ben Oak"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("cs.LG", True), ("cs", True), ("cs.L", False), ("stat", False), ("cs.CV", False)],
)
def test_category_is_the_primary_one(value: str, expected: bool) -> None:
    assert hides("category", value, categories=("cs.LG", "cs.CV")) is expected


def test_reader_without_mutes_costs_no_text() -> None:
    assert muting.read([make_user().pk]) == {}
