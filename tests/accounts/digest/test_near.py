from datetime import date

import pytest
from pytest_django import Settings

from accounts.digest import near
from accounts.digest.choose import Near
from papers.search.engine import IndexNotReady
from papers.search.nearness import Near as Found

DAY = date(2026, 3, 2)


@pytest.mark.django_db
def test_without_an_index_nothing_is_near(settings: Settings, tmp_path: object) -> None:
    settings.SEARCH_INDEX = tmp_path
    assert near.find_near([1], DAY, 5) == ()


@pytest.mark.parametrize("error", [IndexNotReady, OSError, ValueError])
def test_index_that_cannot_be_read_costs_only_the_section(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(near, "near", fail)
    assert near.find_near([1], DAY, 5) == ()


def test_papers_that_share_little_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (Found(7, 0.6, 1), Found(8, near.LEAST_NEARNESS / 2, 1))
    monkeypatch.setattr(near, "near", lambda *_args, **_options: found)
    assert near.find_near([1], DAY, 5) == [Near(7, 1)]
