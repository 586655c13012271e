"""The command and the task that read a box."""

import io
import logging
import mailbox
import sys
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import Settings

from accounts import tasks
from accounts.bounces import reading
from accounts.digest import ledger
from accounts.models import Bounce, Delivery
from config.celery import app
from config.schedule import SCHEDULE
from tests.accounts.bounces.mails import AUTO_REPLY, dsn
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def bounce() -> bytes:
    now = ledger.database_now()
    user = make_user(email="ada@example.org")
    delivery = ledger.new_delivery(user, now.date(), now, state=Delivery.State.SENT)
    delivery.save()
    return dsn(delivery.message_id)


@pytest.fixture
def maildir(tmp_path: Path, bounce: bytes) -> Path:
    path = tmp_path / "box"
    mailbox.Maildir(path).close()
    (path / "new" / "1.host").write_bytes(bounce)
    (path / "new" / "2.host").write_bytes(AUTO_REPLY)
    return path


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("readbounces", *arguments, stdout=out)
    return out.getvalue().strip()


def pipe(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> str:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    return run("-")


def test_a_maildir_is_read_once(maildir: Path) -> None:
    assert run(str(maildir)) == "2 read: 1 refused, 1 passed over."
    assert run(str(maildir)) == "0 read."
    assert Bounce.objects.count() == 1


def test_a_pipe_of_the_mail_server_is_one_mail(
    monkeypatch: pytest.MonkeyPatch, bounce: bytes
) -> None:
    assert pipe(monkeypatch, bounce) == "1 read: 1 refused."
    assert pipe(monkeypatch, bounce) == "1 read: 1 told before."
    assert pipe(monkeypatch, b"\xff" * 100) == "1 read: 1 passed over."
    assert pipe(monkeypatch, dsn("<a@elsewhere.example>")) == "1 read: 1 of no issue of ours."


def test_a_mail_server_keeps_the_mail_while_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch, bounce: bytes
) -> None:
    def fail(*_args: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(reading, "find_issue", fail)
    with pytest.raises(CommandError, match="gone") as caught:
        pipe(monkeypatch, bounce)
    assert caught.value.returncode == 75


def test_what_the_database_failed_on_is_met_again(
    monkeypatch: pytest.MonkeyPatch, maildir: Path
) -> None:
    def fail(*_args: object) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(reading, "find_issue", fail)
        with pytest.raises(CommandError):
            run(str(maildir))
    assert run(str(maildir)) == "2 read: 1 refused, 1 passed over."


def test_without_a_name_the_settings_say_what_is_read(settings: Settings, maildir: Path) -> None:
    with pytest.raises(CommandError, match="BOUNCE_IMAP_URL or BOUNCE_MAILDIR"):
        run()
    settings.BOUNCE_MAILDIR = str(maildir)
    assert run() == "2 read: 1 refused, 1 passed over."


def test_a_path_that_is_none_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="neither a Maildir nor an mbox"):
        run(str(tmp_path / "nothing"))


def test_the_task_reads_what_is_set(settings: Settings, maildir: Path) -> None:
    tasks.read_bounces()
    assert not Bounce.objects.exists()
    settings.BOUNCE_MAILDIR = str(maildir)
    tasks.read_bounces()
    assert Bounce.objects.count() == 1


def test_the_task_says_when_the_box_is_away(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BOUNCE_MAILDIR = str(tmp_path / "nothing")
    tasks.read_bounces()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "neither a Maildir" in caplog.text


@pytest.mark.parametrize(
    ("entry", "minutes"), [("read-bounces", 10), ("forget-old-bounces", 24 * 60)]
)
def test_beat_nudges_it(entry: str, minutes: int) -> None:
    nudge = SCHEDULE[entry]
    assert nudge["schedule"] == minutes * 60
    assert nudge["task"] in {task.name for task in (tasks.read_bounces, tasks.forget_old_bounces)}
    assert nudge["task"] not in app.conf.task_routes  # so that it runs in `io`
