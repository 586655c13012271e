"""One issue through everything that is real: broker, worker process, Postgres, ledger, outbox."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from accounts import outbox
from accounts.digest import ledger
from accounts.models import Delivery
from accounts.tasks import send_due_digests
from config.celery import app
from tests import own_database
from tests.factories import make_paper, make_user

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PROJECT = Path(settings.BASE_DIR)
PATIENCE_SECONDS = 30.0


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "-b", app.conf.broker_url]
    options = ["worker", "-Q", "io", "-P", "threads", "-c", "2", "--without-mingle"]
    environment = {**os.environ, "DATABASE_URL": own_database.url()}
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            command + options, cwd=PROJECT, env=environment, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.mark.promise(12)
def test_worker_sends_one_mail_for_two_ticks(
    worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    now = ledger.database_now()
    user = make_user(digest_enabled=True, next_due_at=now)
    make_paper(title="By a Worker", announced_on=now.date(), upvotes=9, popularity=1.0, score=1.0)
    for _ in range(2):
        send_due_digests.delay()
    sent = Delivery.objects.filter(user=user, state=Delivery.State.SENT)
    assert wait_for(sent.exists), (tmp_path / "worker.log").read_text()
    time.sleep(1)  # the second tick, had it anything to send
    subjects = [line.subject for line in map(outbox.read_line, outbox.list_names())]
    assert subjects.count("By a Worker") == 1
