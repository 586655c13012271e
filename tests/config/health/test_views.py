import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread
from unittest.mock import Mock

import pytest
import redis
from django.db import OperationalError
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.digest import ledger
from accounts.models import Delivery
from config.health import parts
from config.health.parts import Part
from config.health.recent import TIMES, Recent
from papers import arming, heartbeats, tasks
from papers.models import Heartbeat
from papers.search import changes, folder
from papers.search.folder import FollowerState
from papers.search.follower import index_now
from tests.factories import make_paper, make_user
from tests.queues import empty_queues

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty_queues() -> None:
    empty_queues()


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


def test_a_machine_that_can_search_is_ready(client: Client) -> None:
    make_paper()
    index_now()
    answer = client.get("/readyz/serve")
    assert answer.status_code == 200
    assert answer.json()["search"]["papers_behind"] == 0
    assert answer.json()["search"]["lag_seconds"] == 0


def test_papers_that_wait_are_counted(client: Client) -> None:
    make_paper()
    index_now()
    make_paper().delete()
    make_paper()
    answer = client.get("/readyz/serve")
    assert (answer.status_code, answer.json()["search"]["papers_behind"]) == (200, 2)
    assert "2 changes wait to be taken over." in client.get("/status/").content.decode()


def test_lag_counts_from_when_all_could_be_found(client: Client) -> None:
    index_now()
    said = folder.read_state()
    assert said is not None
    folder.write_state(replace(said, level_at=time.time() - 90))
    make_paper()
    assert client.get("/readyz/serve").json()["search"]["lag_seconds"] >= 90
    assert "in the last 90 seconds may not be found yet" in client.get("/status/").content.decode()


def test_lag_is_unknown_before_all_were_found_once(client: Client) -> None:
    folder.root().mkdir()
    folder.write_state(FollowerState("building", 10, 100, 0, time.time(), 1))
    assert client.get("/readyz/serve").json()["search"]["lag_seconds"] is None


def test_without_an_index_it_is_not_ready(client: Client) -> None:
    assert client.get("/readyz/serve").status_code == 503
    folder.root().mkdir()
    folder.write_state(FollowerState("building", 10, 100, 0, time.time() - 90, 1))
    answer = client.get("/readyz/serve")
    assert answer.status_code == 503
    assert answer.json()["search"]["silent_seconds"] >= 90


def test_without_a_database_it_is_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_paper()
    index_now()
    monkeypatch.setattr(changes, "count_changed", Mock(side_effect=OperationalError("gone")))
    answer = client.get("/readyz/serve")
    assert answer.status_code == 503
    assert answer.json()["search"]["well"] is False
    assert "gone" not in answer.content.decode()


def beat(**ages: float) -> None:
    for queue, seconds in ages.items():
        heartbeats.beat(queue)
        Heartbeat.objects.filter(queue=queue).update(beat_at=Now() - timedelta(seconds=seconds))


def not_well(client: Client) -> tuple[int, list[str]]:
    answer = client.get("/readyz")
    return answer.status_code, [name for name, part in answer.json().items() if not part["well"]]


def test_a_process_answers_without_asking_another(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer.headers["Cache-Control"]


def test_all_is_well_where_every_part_is(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    index_now()
    beat(io=5, cpu=5)
    assert not_well(client) == (200, [])
    with django_assert_num_queries(4):
        said = client.get("/readyz").json()
    assert list(said) == ["database", "search", "worker-io", "worker-cpu", "mail", "broker", "disk"]
    assert said["broker"]["waiting_io"] == 0
    assert 5 <= said["worker-io"]["heartbeat_seconds"] < 60


@pytest.mark.promise(14)
@pytest.mark.parametrize(
    ("ages", "deaf"),
    [
        ({}, ["worker-io", "worker-cpu"]),
        ({"io": 151, "cpu": 151}, ["worker-io"]),
        ({"io": 5, "cpu": 601}, ["worker-cpu"]),
    ],
)
def test_workers_that_do_nothing_are_named(
    client: Client, ages: dict[str, float], deaf: list[str]
) -> None:
    index_now()
    beat(**ages)
    assert not_well(client) == (503, deaf)
    assert client.get("/readyz/serve").status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz", "/readyz/serve"])
def test_machines_ask_by_address_and_without_https(settings: Settings, path: str) -> None:
    settings.SECURE_SSL_REDIRECT, settings.METRICS_TOKEN = True, "a-token-of-metrics-1234"
    settings.ALLOWED_HOSTS = ["papers.example.org", "10.0.0.5"]
    index_now()
    beat(io=5, cpu=5)
    asked = {"host": "10.0.0.5:8000", "authorization": f"Bearer {settings.METRICS_TOKEN}"}
    assert Client().get(path, headers=asked).status_code == 200
    assert Client().get(f"{path}/", headers=asked).status_code == 301


@pytest.mark.promise(46)
def test_a_broker_that_is_away_is_named(client: Client, settings: Settings) -> None:
    index_now()
    beat(io=5, cpu=5)
    settings.CELERY_BROKER_URL = "redis://:secret@127.0.0.1:1/0"
    assert not_well(client) == (503, ["broker"])
    assert "secret" not in client.get("/readyz").content.decode()
    assert client.get("/readyz/serve").status_code == 200


@pytest.mark.promise(46)
def test_a_disk_that_fills_up_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    index_now()
    beat(io=5, cpu=5)
    monkeypatch.setattr(parts, "LEAST_FREE_BYTES", 10**18)
    assert not_well(client) == (503, ["disk"])


@pytest.mark.promise(46)
def test_a_follower_that_is_silent_is_named_and_searches_go_on(client: Client) -> None:
    index_now()
    beat(io=5, cpu=5)
    said = folder.read_state()
    assert said is not None
    folder.write_state(replace(said, updated_at=time.time() - 90))
    assert not_well(client) == (503, ["search"])
    assert client.get("/readyz/serve").status_code == 200


def test_the_tasks_beat() -> None:
    tasks.beat_io()
    tasks.beat_cpu()
    assert {age is not None for age in heartbeats.ages().values()} == {True}


@pytest.mark.promise(42)
def test_a_restored_copy_says_that_mail_is_held(client: Client) -> None:
    index_now()
    beat(io=5, cpu=5)
    arming.disarm(timezone.now())
    assert not_well(client) == (503, ["mail"])
    assert client.get("/readyz/serve").status_code == 200


def refuse(reason: str) -> Delivery:
    """A try of one issue that a mail server did not take."""
    now = ledger.database_now()
    row = ledger.new_delivery(make_user(digest_enabled=True), now.date(), now)
    row.save()
    lease = ledger.claim(row.pk)
    assert lease is not None
    assert ledger.retry(lease, reason)
    return row


@pytest.mark.promise(46)
def test_a_mail_server_that_refuses_is_named_without_its_words(client: Client) -> None:
    index_now()
    beat(io=5, cpu=5)
    for number in range(3):
        refuse(f"The mail server said: 450 4.2.0 <reader{number}@example.org> greylisted")
    assert not_well(client) == (503, ["mail"])
    said = client.get("/readyz")
    assert said.json()["mail"]["words"] == (
        "Issues whose last try failed: 3. The mail server refuses with 450."
    )
    assert said.json()["mail"]["issues_failing"] == 3
    assert "example.org" not in said.content.decode()
    assert client.get("/readyz/serve").status_code == 200
    assert "Digests do not go out at the moment." in client.get("/status/").content.decode()


@pytest.mark.promise(46)
def test_mail_is_well_again_with_the_next_issue_that_goes_out(client: Client) -> None:
    index_now()
    beat(io=5, cpu=5)
    row = refuse("The mail server cannot be reached ([Errno 111] Connection refused).")
    assert not_well(client) == (503, ["mail"])
    Delivery.objects.filter(pk=row.pk).update(due_at=Now())
    lease = ledger.claim(row.pk)
    assert lease is not None
    ledger.mark_sending(lease, items=[], content_hash="")
    assert ledger.mark_sent(lease)
    assert not_well(client) == (200, [])
    assert "Digests do not go out" not in client.get("/status/").content.decode()


def test_a_restored_copy_says_that_it_is_held_whatever_failed_before(client: Client) -> None:
    index_now()
    beat(io=5, cpu=5)
    refuse("The mail server cannot be reached (gone).")
    arming.disarm(timezone.now())
    assert client.get("/readyz").json()["mail"]["words"].startswith("It is held")


def test_a_broker_that_takes_nothing_is_named(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse = Mock(side_effect=redis.exceptions.OutOfMemoryError("OOM command not allowed"))
    monkeypatch.setattr(redis.Redis, "set", refuse)
    part = parts.read_broker()
    assert (part.is_well, part.words) == (False, "Redis takes no tasks.")
    assert "OOM" in part.detail


def test_who_asks_without_end_gets_what_was_found(settings: Settings) -> None:
    settings.KEPT_SECONDS = 60
    found = [Part("x", True, "Well.")]

    def slowly() -> list[Part]:
        time.sleep(0.2)
        return found

    read = Mock(side_effect=slowly)
    recent = Recent(read)
    assert [recent.parts() for _time in range(5)] == [found] * 5
    assert read.call_count == 1
    time.sleep(0.2 * (TIMES + 1))
    recent.parts()
    assert read.call_count == 2


def read_after(moment: Event) -> list[Part]:
    assert moment.wait(20)
    return [Part("x", False, "Away.")]


def test_who_comes_while_another_waits_does_not(settings: Settings) -> None:
    settings.KEPT_SECONDS = 60
    recent, may_go_on = Recent(lambda: [Part("x", True, "Well.")]), Event()
    first = recent.parts()
    recent._read = partial(read_after, may_go_on)
    recent._until = 0.0
    waiting = Thread(target=recent.parts)
    waiting.start()
    began = time.monotonic()
    while not recent._lock.locked():
        time.sleep(0.01)
    assert recent.parts() == first
    assert time.monotonic() - began < 10
    may_go_on.set()
    waiting.join()
    assert [part.words for part in recent.parts()] == ["Away."]
