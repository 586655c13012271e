"""Workers and beats that end themselves where they do nothing: what `manage.py run` starts."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings
from pytest_django import Settings

from config.broker import redis_url
from config.supervisor.self_watch import WATCHED_VARIABLE, SelfWatch
from papers import working
from tests.faults.workers import Crew, Process, open_crew

pytestmark = pytest.mark.usefixtures("empty_queues")
# The true limits are minutes. What follows is run as the process that goes deaf.
IMPATIENT = """
import os, signal, sys, time
from datetime import timedelta
{set_up}
self_watch = sys.modules["config.supervisor.self_watch"]  # it must have come with the app
from papers.queues import SILENT_AFTER
SILENT_AFTER.update(io=timedelta(seconds=3), cpu=timedelta(seconds=3))
self_watch.LOOK_SECONDS = self_watch.LAST_WORDS_SECONDS = 0.5
"""
# A worker that does not hear of its queue: it listens to another.
DEAF_WORKER = """
from config.celery import app
app.start(["worker", "--pool={pool}", "--concurrency=1", "--queues=elsewhere", "--loglevel=INFO"])
"""
DUMB_BEAT = """
from config.beat import app
app.conf.beat_schedule = {}
app.start(["beat", f"--schedule={sys.argv[1]}", "--pidfile=", "--loglevel=INFO"])
"""
STUCK = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
self_watch.watch_where_told()
time.sleep(60)
"""


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    told = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    with open_crew(tmp_path, settings.CELERY_BROKER_URL, **told) as crew:
        yield crew


def leave_waiting(queue: str) -> None:
    with redis.Redis.from_url(redis_url(settings.CELERY_BROKER_URL)) as client:
        client.lpush(queue, "a task that nobody takes")


def fall_silent(queue: str) -> None:
    working.file_of(queue).touch()
    os.utime(working.file_of(queue), (0, 0))


def run_as(crew: Crew, name: str, code: str) -> Process:
    set_up = "import config.beat" if name == "beat" else "import django; django.setup()"
    impatient = IMPATIENT.format(set_up=set_up)
    command = [sys.executable, "-c", impatient + code, str(crew.folder / "schedule")]
    return crew._start(command, **{WATCHED_VARIABLE: name})


@pytest.mark.promise(14)
@pytest.mark.parametrize(("name", "pool"), [("worker-io", "threads"), ("worker-cpu", "prefork")])
def test_a_worker_that_leaves_tasks_waiting_ends(crew: Crew, name: str, pool: str) -> None:
    queue = name.removeprefix("worker-")
    leave_waiting(queue)
    fall_silent(queue)
    worker = run_as(crew, name, DEAF_WORKER.format(pool=pool))
    assert worker.ended_after(60) is not None, worker.log.read_text()
    assert worker.said(f"{name} took no task for 3 s while 1 waited; it ends")
    # By its own way out: what it has in hand is finished.
    assert worker.said("Warm shutdown")


@pytest.mark.promise(14)
def test_a_beat_that_sends_nothing_ends(crew: Crew) -> None:
    beat = run_as(crew, "beat", DUMB_BEAT)
    assert beat.ended_after(60) is not None, beat.log.read_text()
    assert beat.said("beat sent no task for 3 s; it ends")


@pytest.mark.promise(14)
def test_one_that_does_not_listen_ends_all_the_same(crew: Crew) -> None:
    leave_waiting("io")
    fall_silent("io")
    stuck = run_as(crew, "worker-io", STUCK)
    assert stuck.ended_after(60) is not None, stuck.log.read_text()
    assert stuck.child.returncode == os.EX_SOFTWARE


def test_below_a_supervisor_nobody_ends_itself(crew: Crew) -> None:
    leave_waiting("io")
    fall_silent("io")
    watched = run_as(crew, "", "self_watch.watch_where_told(); time.sleep(6)")
    assert watched.ended_after(60) is not None
    assert (watched.child.returncode, watched.log.read_text()) == (0, "")


# --- What a look finds ----------------------------------------------------------------------------


class Clock:
    """The monotonic clock of the module; the files' is another."""

    def __init__(self) -> None:
        self.now = time.monotonic()

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return time.time()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("config.supervisor.self_watch.time", clock)
    return clock


def test_a_worker_is_deaf_only_where_tasks_wait_and_it_took_none(clock: Clock) -> None:
    watch = SelfWatch("worker-io")
    fall_silent("io")
    clock.now += 160
    assert watch.look() is None
    leave_waiting("cpu")
    assert watch.look() is None
    leave_waiting("io")
    assert watch.look() == "took no task for 150 s while 1 waited"
    working.file_of("io").touch()
    assert watch.look() is None


def test_a_worker_has_time_from_its_start_on(clock: Clock) -> None:
    watch = SelfWatch("worker-cpu")
    leave_waiting("cpu")
    fall_silent("cpu")
    clock.now += 590
    assert watch.look() is None
    clock.now += 20
    assert watch.look() == "took no task for 600 s while 1 waited"


def test_after_a_broker_that_was_away_all_have_time_again(clock: Clock, settings: Settings) -> None:
    watches = [SelfWatch("worker-io"), SelfWatch("beat")]
    leave_waiting("io")
    fall_silent("io")
    there = settings.CELERY_BROKER_URL
    clock.now += 600
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert [watch.look() for watch in watches] == [None, None]
    settings.CELERY_BROKER_URL = there
    clock.now += 140
    assert [watch.look() for watch in watches] == [None, None]
    clock.now += 20
    assert None not in [watch.look() for watch in watches]


def test_a_beat_is_judged_by_what_it_sent(clock: Clock) -> None:
    watch = SelfWatch("beat")
    fall_silent("io")
    clock.now += 140
    watch._note_sent()
    clock.now += 140
    assert watch.look() is None
    clock.now += 20
    assert watch.look() == "sent no task for 150 s"
