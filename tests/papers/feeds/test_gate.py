import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from pytest_django import Settings

from papers.feeds import arxiv_rss
from papers.feeds.gate import gate_name, hold_gate
from papers.feeds.patience import at_most
from papers.feeds.records import FetchError, HostBusyError
from papers.models import HostGate
from tests.origin import Origin

pytestmark = pytest.mark.django_db


def seconds_until_allowed(host: str) -> float:
    row = HostGate.objects.annotate(now=Now()).get(host=host)
    return (row.next_allowed_at - row.now).total_seconds()


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("rss.arxiv.org:443", "arxiv.org"),
        ("export.arxiv.org:443", "arxiv.org"),
        ("arxiv.org:80", "arxiv.org"),
        ("notarxiv.org:443", "notarxiv.org:443"),
        ("arxiv.org.example:443", "arxiv.org.example:443"),
        ("127.0.0.1:8100", "127.0.0.1:8100"),
    ],
)
def test_all_of_arxiv_is_one_gate(host: str, name: str) -> None:
    assert gate_name(host) == name


def test_who_waits_for_seconds_only_waits_no_longer_for_a_turn() -> None:
    started = time.monotonic()
    with (
        hold_gate("example.org:443", lease_seconds=30),
        at_most(0.3),
        pytest.raises(HostBusyError),
        hold_gate("example.org:443", lease_seconds=30),
    ):
        pass
    assert time.monotonic() - started < 5


@pytest.mark.promise(19)
def test_arxiv_rests_after_each_request(settings: Settings) -> None:
    settings.ARXIV_SPACING_SECONDS = 3.0
    with hold_gate("rss.arxiv.org:443", lease_seconds=30):
        pass
    assert 2.5 < seconds_until_allowed("arxiv.org") <= 3
    with (
        pytest.raises(HostBusyError) as caught,
        hold_gate("export.arxiv.org:443", lease_seconds=30, wait_seconds=0),
    ):
        pytest.fail("the gate was open")
    assert caught.value.retry_after_seconds == pytest.approx(3, abs=1)


@pytest.mark.promise(19)
def test_the_next_in_line_waits_for_the_rest(settings: Settings) -> None:
    settings.ARXIV_SPACING_SECONDS = 0.4
    with hold_gate("arxiv.org:443", lease_seconds=30):
        pass
    started = time.monotonic()
    with hold_gate("arxiv.org:443", lease_seconds=30, wait_seconds=5):
        assert time.monotonic() - started > 0.3


def test_other_hosts_need_no_rest() -> None:
    for _time in range(2):
        with hold_gate("example.org:443", lease_seconds=30, wait_seconds=0):
            pass
    assert HostGate.objects.get().lease_token is None


@pytest.mark.promise(19)
def test_a_held_gate_lets_nobody_in() -> None:
    with (
        hold_gate("example.org:443", lease_seconds=30),
        pytest.raises(HostBusyError, match=r"example\.org"),
        hold_gate("example.org:443", lease_seconds=30, wait_seconds=0),
    ):
        pytest.fail("the gate was open")


def test_a_killed_holder_stops_nobody() -> None:
    HostGate.objects.create(
        host="example.org:443",
        lease_token=uuid.uuid4(),
        leased_until=Now() - timedelta(seconds=1),
    )
    with hold_gate("example.org:443", lease_seconds=30, wait_seconds=0):
        assert HostGate.objects.get().lease_token is not None


def test_one_that_lost_its_turn_does_not_take_the_next_ones() -> None:
    thief = uuid.uuid4()
    with hold_gate("example.org:443", lease_seconds=30):
        HostGate.objects.update(lease_token=thief)
    assert HostGate.objects.get().lease_token == thief


@pytest.mark.promise(20)
@pytest.mark.parametrize(("asked", "pause"), [(None, 600), (120.0, 120), (0.0, 60), (9e9, 86_400)])
def test_a_host_that_has_had_enough_is_left_alone(asked: float | None, pause: float) -> None:
    error = FetchError("Later.", host_wide=True, retry_after_seconds=asked)
    with pytest.raises(FetchError, match="Later"), hold_gate("example.org:443", lease_seconds=30):
        raise error
    assert seconds_until_allowed("example.org:443") == pytest.approx(pause, abs=2)


def test_a_longer_pause_set_meanwhile_is_kept() -> None:
    with hold_gate("example.org:443", lease_seconds=30):
        HostGate.objects.update(next_allowed_at=Now() + timedelta(hours=1))
    assert seconds_until_allowed("example.org:443") > 3_500


def test_a_fault_of_one_address_does_not_close_the_host() -> None:
    with (
        pytest.raises(FetchError, match="404"),
        hold_gate("example.org:443", lease_seconds=30),
    ):
        raise FetchError("HTTP 404.", status=404)
    assert seconds_until_allowed("example.org:443") <= 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise(19)
def test_workers_come_one_after_another() -> None:
    inside, most_inside = [0], [0]

    def work() -> None:
        with hold_gate("example.org:443", lease_seconds=30, wait_seconds=20):
            inside[0] += 1
            most_inside[0] = max(most_inside[0], inside[0])
            time.sleep(0.05)
            inside[0] -= 1
        connection.close()

    workers = [threading.Thread(target=work) for _number in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert most_inside == [1]
    assert HostGate.objects.get().lease_token is None


@pytest.mark.promise(20)
def test_a_refusal_closes_the_gate_before_the_next_request(settings: Settings) -> None:
    with Origin() as origin:
        for name, value in origin.settings.items():
            setattr(settings, name, value)
        origin.fail_next(status=429, retry_after=300)
        with pytest.raises(FetchError, match="answered 429"):
            arxiv_rss.fetch_category("cs.CL")
        with pytest.raises(HostBusyError, match="for 300 seconds"):
            arxiv_rss.fetch_category("cs.LG")
    assert len(origin.requests) == 1


def test_pages_keep_a_longer_spacing_among_themselves(settings: Settings) -> None:
    settings.ARXIV_SPACING_SECONDS = 3.0
    with hold_gate("arxiv.org:443", lease_seconds=30, spacing_seconds=15.0):
        pass
    assert 14 < seconds_until_allowed("arxiv.org (pages)") <= 15
    assert 2 < seconds_until_allowed("arxiv.org") <= 3


def test_a_page_waits_for_the_other_interfaces_too(settings: Settings) -> None:
    settings.ARXIV_SPACING_SECONDS = 3.0
    with (
        hold_gate("export.arxiv.org:443", lease_seconds=30),
        pytest.raises(HostBusyError),
        hold_gate("arxiv.org:443", lease_seconds=30, wait_seconds=0.0, spacing_seconds=15.0),
    ):
        raise AssertionError("It did not wait.")
