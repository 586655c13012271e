"""Workers killed, frozen and stopped in the middle of an issue: real processes, few readers.

The long runs are in tests/faults/digest_*.py. Every wait is for a condition, never for a time.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from django.test import Client

from accounts.models import Delivery, User
from config.celery import app
from tests import own_database
from tests.accounts.digest.smtp_server import HANG_UP
from tests.faults.points import POINTS, Point, ending, expected, kill_at
from tests.faults.postbox import Postbox, open_postbox
from tests.faults.stage import Stage
from tests.faults.workers import PATIENCE_SECONDS, Loop, Process, open_crew, wait_for
from tests.origin import Origin

State = Delivery.State
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with open_postbox() as postbox:
        yield postbox


@pytest.fixture
def stage(tmp_path: Path, postbox: Postbox) -> Iterator[Stage]:
    environment = {
        "DATABASE_URL": own_database.url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{postbox.port}",
        "GITHUB_STARS": "no",
    }
    with Origin() as origin:  # the beats ask for papers too
        environment |= origin.environment
        with open_crew(tmp_path, app.conf.broker_url, **environment) as crew:
            yield Stage(crew, postbox)


def fill(stage: Stage, readers: int) -> None:
    stage.fill(readers)
    stage.begin()


@pytest.mark.promise(3)
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_issue_ends_as_it_must_wherever_its_worker_was_killed(stage: Stage, point: Point) -> None:
    fill(stage, 1)
    kill_at(stage, point)
    stage.let_leases_run_out()
    other = stage.crew.worker(threads=1)
    stage.nudge()
    assert wait_for(stage.is_over), other.log.read_text()
    assert ending(stage) == expected(point)


@pytest.mark.promise(4)
def test_worker_that_wakes_after_another_took_over_sends_nothing(stage: Stage) -> None:
    fill(stage, 1)
    frozen = stage.crew.ready_worker(threads=1)
    stage.postbox.at = at_first(b"RCPT", frozen.freeze)
    stage.nudge()
    assert wait_for(frozen.is_frozen), frozen.log.read_text()
    stage.let_leases_run_out()
    other = stage.crew.ready_worker(threads=1)
    assert stage.finish(PATIENCE_SECONDS, age=False), other.log.read_text()
    frozen.wake()
    frozen.ask_to_stop()  # which lets it finish what it has in hand
    assert frozen.ended_after(PATIENCE_SECONDS) is not None
    assert (len(stage.postbox.mails), stage.states()) == (1, {"sent": 1})


@pytest.mark.promise(7)
def test_reader_is_told_that_the_server_took_the_mail_and_did_not_answer(
    stage: Stage, client: Client
) -> None:
    fill(stage, 1)
    stage.postbox.answers = {b"DOT": HANG_UP}
    worker = stage.crew.worker(threads=1)
    stage.nudge()
    assert wait_for(stage.is_over), worker.log.read_text()
    assert stage.states() == {"unknown": 1}
    client.force_login(User.objects.get())
    assert "did not answer" in client.get("/issues/").content.decode()


@pytest.mark.promise(12)
def test_two_beats_a_loop_and_two_workers_send_one_mail_to_each(stage: Stage) -> None:
    fill(stage, 40)
    stage.postbox.slowest_seconds = 0.05
    workers = [stage.crew.worker(), stage.crew.worker()]
    schedulers = [stage.crew.beat(), stage.crew.beat()]
    loop = Loop(stage.crew)
    assert wait_for(stage.is_over), workers[0].log.read_text()
    for process in [*schedulers, *workers]:
        process.ask_to_stop()
    ends = [each.ended_after(PATIENCE_SECONDS) for each in [loop.ask_to_stop(), *workers]]
    assert None not in ends
    reasons = set(Delivery.objects.values_list("reason", flat=True))
    assert (stage.postbox.doubles(), stage.states()) == (0, {"sent": 40}), reasons


def start_worker(stage: Stage) -> Process:
    worker = stage.crew.ready_worker(threads=1)
    stage.nudge()
    return worker


def start_command(stage: Stage) -> Process:
    return stage.crew.command("senddigests")


@pytest.mark.promise(44)
@pytest.mark.parametrize("start", [start_worker, start_command])
def test_who_is_asked_to_stop_finishes_one_mail_and_begins_no_other(
    stage: Stage, start: Callable[[Stage], Process]
) -> None:
    fill(stage, 5)
    is_sending = Event()
    stage.postbox.at = at_first(b"RCPT", lambda: is_sending.wait(PATIENCE_SECONDS))
    sender = start(stage)
    assert wait_for(lambda: stage.count(State.CLAIMED)), sender.log.read_text()
    sender.ask_to_stop()
    heard = "Warm shutdown" if start is start_worker else ""
    assert wait_for(lambda: sender.has_heard() and sender.said(heard)), sender.log.read_text()
    is_sending.set()
    assert sender.ended_after(30.0) is not None
    assert (len(stage.postbox.mails), stage.states()) == (1, {"sent": 1, "due": 4})


def at_first(phase: bytes, do: Callable[[], object]) -> Callable[[bytes], None]:
    came: list[bytes] = []

    def look(now: bytes) -> None:
        if now == phase and not came:
            came.append(now)
            do()

    return look
