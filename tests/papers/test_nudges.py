"""Nudges while the broker is away in each of its ways: nobody waits, and nobody hears of it."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from celery import current_app
from django.db import transaction
from pytest_django import Settings

from config.broker import count_waiting
from papers import nudges
from tests.faults.proxy import Proxy

pytestmark = pytest.mark.promise(13)
TASK = "accounts.tasks.match_papers"
# Celery's own connections wait for five seconds at the least.
AT_ONCE_SECONDS = 2.5
# More than the pool has places: none may be lost with a connection that failed.
MANY = 12


@pytest.fixture(autouse=True)
def nothing_queued(empty_queues: None) -> None:
    """Autouse, so before a test's own fixtures take the broker away."""


@pytest.fixture
def closed(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{port}/0"


class Silent:
    """Takes connections and says nothing; `taken` are those."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.taken: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                self.taken.append(self.server.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        for each in (self.server, *self.taken):
            each.close()


@pytest.fixture
def silent(settings: Settings) -> Iterator[Silent]:
    silent = Silent()
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{silent.port}/0"
    yield silent
    silent.close()


@pytest.fixture
def proxy(settings: Settings) -> Iterator[Proxy]:
    proxy = Proxy(Path(urlsplit(settings.CELERY_BROKER_URL).path))
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{proxy.port}/1"
    yield proxy
    proxy.close()


def seconds_of(call: Callable[[], object]) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


def nudge() -> None:
    nudges._send(TASK, ())


@pytest.mark.usefixtures("closed")
def test_a_broker_that_is_not_there_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="papers.nudges"):
        assert seconds_of(nudge) < AT_ONCE_SECONDS
        nudge()
    assert caplog.text.count("no worker could be nudged") == 1


def test_one_that_does_not_answer_is_asked_by_one_and_then_by_nobody(silent: Silent) -> None:
    assert seconds_of(nudge) < AT_ONCE_SECONDS
    asked = len(silent.taken)
    for _time in range(MANY):
        nudge()
    assert len(silent.taken) == asked


def test_threads_do_not_wait_for_each_other(silent: Silent) -> None:
    threads = [threading.Thread(target=nudge) for _number in range(3 * MANY)]

    def all_of_them() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert seconds_of(all_of_them) < AT_ONCE_SECONDS
    assert len(silent.taken) <= current_app.conf.broker_pool_limit


def test_one_that_falls_silent_later_is_not_waited_for_and_found_again(proxy: Proxy) -> None:
    nudge()
    proxy.cut()
    for _time in range(MANY):
        assert seconds_of(nudge) < AT_ONCE_SECONDS
        nudges.forget()
    proxy.mend()
    nudge()
    assert count_waiting(1.0)["cpu"] == 2


def test_it_is_tried_again_after_five_seconds(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = settings.CELERY_BROKER_URL
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    nudge()
    settings.CELERY_BROKER_URL = there
    nudge()
    assert count_waiting(1.0)["cpu"] == 0
    now = time.monotonic()
    monkeypatch.setattr("papers.nudges.time.monotonic", lambda: now + nudges.OPEN_SECONDS)
    nudge()
    assert count_waiting(1.0)["cpu"] == 1


def test_one_that_takes_nothing_is_one_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    refusals: list[str] = []

    def refuse(*_args: object, **_named: object) -> None:
        refusals.append("OOM")
        raise redis.exceptions.OutOfMemoryError("OOM command not allowed")

    monkeypatch.setattr(redis.Redis, "lpush", refuse)
    nudge()
    nudge()
    assert refusals == ["OOM"]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_rolled_back_nudges_nobody() -> None:
    with transaction.atomic():
        nudges.nudge(TASK)
        assert count_waiting(1.0)["cpu"] == 0
        transaction.set_rollback(True)
    assert count_waiting(1.0)["cpu"] == 0
    nudges.nudge(TASK)
    assert count_waiting(1.0)["cpu"] == 1


def test_workers_and_beat_keep_their_patience() -> None:
    nudge()
    options = current_app.connection_for_write().transport_options or {}
    assert options["socket_timeout"] == 5
    assert "max_retries" not in options
