"""Workers killed at any moment, two at a time: no match is lost and none comes twice."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import MatchCursor, QueryMatch
from papers.search import changes
from tests import own_database
from tests.factories import make_follow, make_paper

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WORKER = Path(__file__).with_name("worker.py")
TODAY = datetime.now(UTC).date()


def start_worker() -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DATABASE_URL": own_database.url(),
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    return subprocess.Popen([sys.executable, str(WORKER)], env=environment)


def wait_until_writing(before: int) -> None:
    deadline = time.monotonic() + 30
    while QueryMatch.objects.count() <= before and time.monotonic() < deadline:
        time.sleep(0.01)


def wait_until_done() -> None:
    target, deadline = changes.newest_change(), time.monotonic() + 60
    while MatchCursor.objects.get().cursor <= target and time.monotonic() < deadline:
        MatchCursor.objects.update(leased_until=None)
        time.sleep(1)


def expected() -> set[tuple[str, str]]:
    return {
        (query, f"{bird} {number}")
        for number in range(120)
        for bird in [BIRDS[number % len(BIRDS)]]
        for query in (bird, f"{bird} number", "number")
    }


BIRDS = ("kestrel", "wren", "owl", "merlin")


@pytest.mark.promise(12)
def test_killed_workers_lose_nothing_and_double_nothing() -> None:
    pauses = [0.0, 0.01, 0.03, 0.002, 0.05, 0.02]
    for bird in BIRDS:
        make_follow(query=bird)
        make_follow(query=f"{bird} number")
    make_follow(query="number")
    workers = [start_worker(), start_worker()]
    wait_until_ready()
    for kill, pause in enumerate(pauses):
        before = QueryMatch.objects.count()
        for number in range(kill * 20, kill * 20 + 20):
            title = f"{BIRDS[number % len(BIRDS)]} {number}"
            make_paper(title=title, abstract="A number.", announced_on=TODAY)
        wait_until_writing(before)
        time.sleep(pause)
        victim = workers.pop(0)
        victim.kill()
        victim.wait()
        # As if two minutes had passed: the dead worker's turn has run out.
        MatchCursor.objects.update(leased_until=None)
        workers.append(start_worker())
    wait_until_done()
    for worker in workers:
        worker.kill()
        worker.wait()
    found = list(QueryMatch.objects.values_list("standing__text", "paper__title"))
    assert len(found) == len(set(found))
    assert set(found) == expected()


def wait_until_ready() -> None:
    deadline = time.monotonic() + 30
    while not MatchCursor.objects.exclude(rechecked_on=None).exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    connection.close()
