from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from pytest_django import Settings

from accounts.digest import near
from accounts.digest.near import Near
from accounts.digest.readers import Liking, Reader, span_since
from papers.meaning.near import Taste
from papers.search.engine import IndexNotReady
from papers.search.nearness import Near as Found
from tests.accounts.digest.test_choose import NOW

DAY = date(2026, 3, 2)


def reader(*, user_id: int = 5, **fields: Any) -> Reader:
    return Reader(user_id=user_id, size=10, span=span_since(None, NOW), news_since=NOW, **fields)


LIKING = reader(liked={1: Liking.SAVED})


@pytest.mark.django_db
def test_without_an_index_nothing_is_near(settings: Settings, tmp_path: object) -> None:
    settings.SEARCH_INDEX = tmp_path
    assert near.find_near([LIKING]) == {}


@pytest.mark.parametrize("error", [IndexNotReady, OSError, ValueError])
def test_index_that_cannot_be_read_costs_only_the_section(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_tastes: object) -> None:
        raise error

    monkeypatch.setattr(near, "near_each", fail)
    assert near.find_near([LIKING]) == {}


def test_only_readers_who_like_something_are_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Taste] = []

    def find(tastes: Sequence[Taste]) -> list[Sequence[Found]]:
        asked.extend(tastes)
        return [[Found(7, 0.6, 1)] for _taste in tastes]

    monkeypatch.setattr(near, "near_each", find)
    assert near.find_near([reader(user_id=4), LIKING]) == {5: [Near(7, 1)]}
    assert [list(taste.liked) for taste in asked] == [[1]]


def test_what_the_reader_had_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Taste] = []

    def find(tastes: Sequence[Taste]) -> list[Sequence[Found]]:
        asked.extend(tastes)
        return [[]]

    monkeypatch.setattr(near, "near_each", find)
    those = reader(
        liked={1: Liking.VOTED}, had=frozenset([2]), known=frozenset([1, 3]), unwanted=(3,)
    )
    near.find_near([those])
    assert set(asked[0].excluding) == {1, 2, 3}
    assert asked[0].unwanted == (3,)
