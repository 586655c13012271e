import time
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from papers import ranking
from papers.models import Batch, Source
from papers.search import folder
from papers.search.folder import FollowerState
from tests.factories import DAY, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    settings.SEARCH_INDEX.mkdir()


def page(client: Client) -> str:
    return client.get("/status/").content.decode()


def test_a_failing_source_says_why(client: Client) -> None:
    make_source(state=Source.State.FAILING, last_error="Hugging Face did not answer in JSON.")
    assert "failing: Hugging Face did not answer in JSON." in page(client)


def test_a_batch_says_what_was_left_out_and_why(client: Client) -> None:
    Batch.objects.create(
        source=make_source(),
        announced_on=DAY,
        received=12,
        rejected=1,
        problems=["Item 3 has no title."],
        updated_at="2026-03-02T12:00Z",
    )
    assert "Item 3 has no title." in page(client)


@pytest.mark.parametrize(("age_seconds", "is_silent"), [(1.0, False), (3600.0, True)])
def test_a_follower_that_stopped_is_said_to_be_silent(
    client: Client, age_seconds: float, is_silent: bool
) -> None:
    said_at = time.time() - age_seconds
    folder.write_state(FollowerState("following", 1200, 1200, 7, said_at, 1))
    assert "1,200 of 1,200 papers can be searched." in page(client)
    assert ("The index follower is silent" in page(client)) is is_silent


def test_before_anything_ran_it_says_so(client: Client) -> None:
    assert "has not run on this machine yet" in page(client)


def test_the_ranking_page_shows_the_constants_in_force(client: Client) -> None:
    assert f"+ {ranking.STAR_WEIGHT} " in client.get("/ranking/").content.decode()
