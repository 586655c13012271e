import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from papers import arming
from papers.search import changes, folder
from papers.search.folder import FollowerState
from papers.search.follower import index_now
from tests.factories import make_paper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


def test_a_machine_that_can_search_is_ready(client: Client) -> None:
    make_paper()
    index_now()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["search"]["papers_behind"] == 0
    assert answer.json()["search"]["lag_seconds"] == 0


def test_papers_that_wait_are_counted(client: Client) -> None:
    make_paper()
    index_now()
    make_paper().delete()
    make_paper()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["search"]["papers_behind"]) == (200, 2)
    assert "2 changes wait to be taken over." in client.get("/status/").content.decode()


def test_lag_counts_from_when_all_could_be_found(client: Client) -> None:
    index_now()
    said = folder.read_state()
    assert said is not None
    folder.write_state(replace(said, level_at=time.time() - 90))
    make_paper()
    assert client.get("/readyz").json()["search"]["lag_seconds"] >= 90
    assert "in the last 90 seconds may not be found yet" in client.get("/status/").content.decode()


def test_lag_is_unknown_before_all_were_found_once(client: Client) -> None:
    folder.root().mkdir()
    folder.write_state(FollowerState("building", 10, 100, 0, time.time(), 1))
    assert client.get("/readyz").json()["search"]["lag_seconds"] is None


def test_without_an_index_it_is_not_ready(client: Client) -> None:
    assert client.get("/readyz").status_code == 503
    folder.root().mkdir()
    folder.write_state(FollowerState("building", 10, 100, 0, time.time() - 90, 1))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["search"]["silent_seconds"] >= 90


def test_without_a_database_it_is_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_paper()
    index_now()
    monkeypatch.setattr(changes, "count_changed", Mock(side_effect=OperationalError("gone")))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": "away"})


def test_a_restored_copy_is_ready_and_says_that_mail_is_held(client: Client) -> None:
    make_paper()
    index_now()
    arming.disarm(timezone.now())
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["mail"].startswith("held: a restored copy")
