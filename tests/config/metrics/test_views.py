import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Bounce, Delivery
from config import metrics_checks
from papers import heartbeats
from papers.models import LastBackup, Source
from papers.search.follower import index_now
from tests.factories import make_paper, make_source, make_user
from tests.queues import empty_queues

TOKEN = "a-token-of-metrics-1234"
PROJECT = Path(__file__).resolve().parent.parent.parent.parent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def metrics_on(settings: Settings, tmp_path: Path) -> None:
    settings.METRICS_TOKEN = TOKEN
    settings.SEARCH_INDEX = tmp_path / "index"
    cache.clear()
    empty_queues()


def read(**headers: str) -> dict[str, float]:
    shown = {"Authorization": f"Bearer {TOKEN}"} | headers
    answer = Client().get("/metrics", headers=shown)
    assert answer.status_code == 200
    lines = (line.rpartition(" ") for line in answer.content.decode().splitlines())
    return {name: float(value) for name, _space, value in lines if not name.startswith("#")}


@pytest.mark.promise(46)
def test_parts_queues_heartbeats_and_lag_are_told() -> None:
    make_paper()
    index_now()
    heartbeats.beat("io")
    said = read()
    assert said['broadsheet_part_well{part="database"}'] == 1
    assert said['broadsheet_part_well{part="worker-io"}'] == 1
    assert said['broadsheet_part_well{part="worker-cpu"}'] == 0
    assert said['broadsheet_heartbeat_age_seconds{queue="io"}'] < 60
    assert said['broadsheet_queue_length{queue="cpu"}'] == 0
    assert said["broadsheet_follower_lag_seconds"] == 0
    assert said["broadsheet_disk_free_bytes"] > 0


def test_digests_mails_and_sources_are_told() -> None:
    user = make_user()
    make_source(kind=Source.Kind.GITHUB, state=Source.State.FAILING)
    for state in (Delivery.State.SENT, Delivery.State.UNKNOWN):
        reader = make_user(email=f"{state}@example.org")
        Delivery.objects.create(
            user=reader,
            local_date=user.date_joined.date(),
            due_at=Now(),
            finished_at=Now(),
            state=state,
            message_id=state,
        )
    Bounce.objects.create(user=user, address_hash=b"x", kind=Bounce.Kind.REFUSED)
    said = read()
    assert said['broadsheet_digests{state="sent"}'] == 1
    assert said["broadsheet_digests_unknown"] == 1
    assert said["broadsheet_mails_sent_last_day"] == 1
    assert said["broadsheet_mails_refused_last_day"] == 1
    assert said['broadsheet_sources{state="failing"}'] == 1
    assert said["broadsheet_digests_overdue_seconds"] == 0


def test_the_age_of_the_newest_backup_is_told_once_there_is_one() -> None:
    name = "broadsheet_backup_age_seconds"
    assert name not in read()
    made_at = timezone.now() - timedelta(hours=3)
    LastBackup.objects.create(made_at=made_at, name="a.backup", size_bytes=1)
    cache.clear()
    assert read()[name] == pytest.approx(3 * 3600, abs=60)


@pytest.mark.promise(46)
def test_whoever_asks_often_gets_new_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.metrics.site.KEPT_SECONDS", 1)
    assert read()['broadsheet_sources{state="new"}'] == 0
    make_source(state=Source.State.NEW)
    until = time.monotonic() + 10
    while not read()['broadsheet_sources{state="new"}'] and time.monotonic() < until:
        time.sleep(0.3)
    assert time.monotonic() < until


def test_requests_are_counted_by_route_and_status() -> None:
    client = Client()
    name = 'broadsheet_requests_total{method="GET",route="papers:status",status="200"}'
    before = read().get(name, 0)
    client.get("/status/")
    said = read()
    assert said[name] == before + 1
    assert said['broadsheet_request_seconds_bucket{le="+Inf",route="papers:status"}'] >= 1
    assert said['broadsheet_request_queries_total{route="papers:status"}'] >= 1


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", "Bearer ä"])
def test_strangers_find_no_such_page(shown: str) -> None:
    assert Client().get("/metrics", headers={"Authorization": shown}).status_code == 404


def test_without_settings_there_is_none(settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_a_named_address_may_read_but_not_through_a_proxy_nobody_told_of(
    settings: Settings,
) -> None:
    settings.METRICS_TOKEN, settings.METRICS_ADDRESSES = "", ["127.0.0.0/8"]
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404
    passed_on = {"X-Forwarded-For": "192.0.2.7"}
    assert Client().get("/metrics", headers=passed_on).status_code == 404


def test_settings_that_cannot_work_are_named(settings: Settings) -> None:
    settings.METRICS_TOKEN, settings.METRICS_ADDRESSES = "short", ["10.0.0.0/8", "nowhere"]
    assert [each.id for each in metrics_checks.check_metrics_token()] == ["broadsheet.E040"]
    assert "nowhere" in str(metrics_checks.check_metrics_addresses()[0])


def test_processes_are_summed(tmp_path: Path) -> None:
    count = (
        "import django; django.setup()\n"
        "from config.metrics import requests, views\n"
        "requests.REQUESTS.labels('papers:home', 'GET', '200').inc()\n"
        "from prometheus_client import generate_latest\n"
        "print(generate_latest(views._of_requests()).decode())\n"
    )
    own = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    said = ""
    for _process in range(2):
        said = subprocess.run(
            [sys.executable, "-c", count],
            cwd=PROJECT,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    assert 'broadsheet_requests_total{method="GET",route="papers:home",status="200"} 2.0' in said
