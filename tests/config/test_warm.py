import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from config.warm import warm_up
from papers.search import columns
from papers.search.follower import index_now
from tests.factories import make_paper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _collector_as_before() -> Iterator[None]:
    """A collector that looks through everything, and what the test run had after it."""
    threshold = gc.get_threshold()
    gc.unfreeze()
    yield
    gc.freeze()
    gc.set_threshold(*threshold)


def test_the_counts_are_read_before_the_first_search(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    make_paper(title="A model")
    index_now()
    columns.forget()
    warm_up().join()
    assert columns._kept.columns is not None


def test_a_site_without_an_index_starts(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "none"
    thread = warm_up()
    thread.join()
    assert not thread.is_alive()


def test_what_was_read_is_not_looked_through_for_garbage(
    settings: Settings, tmp_path: Path
) -> None:
    settings.SEARCH_INDEX = tmp_path / "none"
    warm_up().join()
    assert gc.get_freeze_count() > 1000
