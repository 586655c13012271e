import smtplib
import socket
import ssl
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from unittest.mock import Mock, patch

import pytest
from django.core import mail as outbox
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone
from pytest_django import Settings

from accounts.digest import ledger, smtp
from config.doctor import clock, mail, redis_server
from config.doctor.examine import examine, is_healthy, look_at_backups
from config.doctor.findings import Finding, Level
from papers import heartbeats
from papers.feeds.fetch import FetchedResponse
from papers.feeds.records import FetchError
from papers.models import LastBackup, Source
from papers.search.follower import index_now
from tests.factories import make_source, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


def make_all_well() -> Source:
    index_now()
    heartbeats.beat("io")
    heartbeats.beat("cpu")
    now = timezone.now()
    return make_source(state=Source.State.OK, last_success_at=now, next_due_at=now)


def bad(found: list[Finding]) -> list[str]:
    return [each.name for each in found if each.level != Level.WELL]


def run(*arguments: str) -> tuple[int, str]:
    out, status = StringIO(), 0
    try:
        call_command("doctor", *arguments, stdout=out)
    except SystemExit as end:
        status = int(str(end.code))
    return status, out.getvalue()


def test_where_all_is_well_it_says_so_and_exits_0() -> None:
    make_all_well()
    status, said = run("--offline")
    assert status == 0, said
    assert "BAD" not in said
    for name in (
        "Settings",
        "Database",
        "Extensions",
        "Redis",
        "Disk",
        "Backups",
        "Sources",
        "Mail",
    ):
        assert f"ok   {name}" in said


@pytest.mark.promise(46)
def test_what_is_broken_is_named_with_what_to_do_and_it_exits_1() -> None:
    status, said = run("--offline")
    assert status == 1
    assert "BAD  worker-io: No task was ever done." in said
    assert "manage.py start" in said


def test_it_changes_nothing() -> None:
    source = make_all_well()
    examine(asks_others=False)
    source.refresh_from_db()
    assert source.last_attempt_at is None


@pytest.mark.promise(46)
def test_without_a_database_the_rest_is_still_said() -> None:
    with patch("config.doctor.database.connection") as away:
        away.ensure_connection.side_effect = OperationalError("no")
        found = examine(asks_others=False)
    assert "Database" in bad(found)
    assert any(each.name == "Redis" and each.level == Level.WELL for each in found)


@pytest.mark.promise(46)
def test_a_redis_that_is_away_is_named_without_its_password(settings: Settings) -> None:
    settings.REDIS_URL = "redis://:hunter2@127.0.0.1:1/0"
    (found,) = redis_server.look()
    assert found.level == Level.FAULT
    assert "hunter2" not in found.words + found.advice


def test_a_redis_that_throws_tasks_away_is_a_fault() -> None:
    assert redis_server._policy("allkeys-lru", 0).level == Level.FAULT
    assert redis_server._policy("noeviction", 10**9).level == Level.WARNING
    assert redis_server._policy("volatile-lru", 10**9).level == Level.WELL


def test_a_source_that_fails_is_named_with_its_last_success() -> None:
    source = make_all_well()
    Source.objects.filter(pk=source.pk).update(
        state=Source.State.FAILING, last_error="HTTP 500", last_success_at=None
    )
    found = [each for each in examine(asks_others=False) if each.name.startswith("Sources")]
    assert found[0].words == "HTTP 500"
    assert "It has never worked." in found[0].advice


def test_a_source_that_was_not_read_for_days_is_named() -> None:
    source = make_all_well()
    Source.objects.update(last_success_at=timezone.now() - timedelta(days=5))
    assert f"Sources: {source}" in bad(examine(asks_others=False))


def test_a_backup_that_is_old_or_missing_is_named_wherever_it_lies(
    settings: Settings, tmp_path: Path
) -> None:
    settings.LOCAL = False
    assert bad(look_at_backups()) == ["Backups"]
    call_command("backup", str(tmp_path), stdout=StringIO())
    (found,) = look_at_backups()
    assert found.level == Level.WELL
    assert "0 hours old: broadsheet-" in found.words
    LastBackup.objects.update(made_at=timezone.now() - timedelta(hours=40, minutes=1))
    assert "40 hours old" in look_at_backups()[0].words
    assert bad(look_at_backups()) == ["Backups"]


def test_a_backup_that_failed_is_none(settings: Settings, tmp_path: Path) -> None:
    settings.LOCAL = False
    with pytest.raises(CommandError):
        call_command("backup", str(tmp_path / "missing" / "a.backup"))
    assert bad(look_at_backups()) == ["Backups"]


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, Level.WELL), (5, Level.WARNING), (-90, Level.FAULT)]
)
def test_a_clock_that_is_wrong_is_named(seconds: int, level: Level) -> None:
    sent_at = datetime.now(UTC) - timedelta(seconds=seconds)
    answer = FetchedResponse(200, b"[]", "https://example.org/", sent_at=sent_at)
    with patch.object(clock, "fetch", return_value=answer):
        own, worlds = clock.look(has_database=True, asks_others=True)
    assert (own.level, worlds.level) == (Level.WELL, level)


def test_a_source_that_does_not_answer_leaves_the_clock_open() -> None:
    with patch.object(clock, "fetch", side_effect=FetchError("It is away.")):
        (found,) = clock.look(has_database=False, asks_others=True)
    assert (found.level, found.words) == (Level.WARNING, "It is away.")


class SmtpServer:
    """What Django's backend would open; `error` is what opening raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.open = Mock(side_effect=error)
        self.close = Mock()


def greeted(settings: Settings, error: Exception | None) -> Finding:
    settings.EMAIL_CONFIGURED, settings.API_MAIL_PROVIDER = True, ""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "mail.example.org", 587
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = True, False
    server = SmtpServer(error)
    with patch.object(mail, "EmailBackend", return_value=server):
        (found,) = mail.look(asks_others=True)
    server.close.assert_called_once()
    return found


def test_a_mail_server_that_answers_is_well(settings: Settings) -> None:
    assert greeted(settings, None).level == Level.WELL


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (smtplib.SMTPAuthenticationError(535, b"hunter2"), "name or password (535)"),
        (smtplib.SMTPNotSupportedError("STARTTLS"), "does not offer"),
        (ssl.SSLCertVerificationError("bad certificate"), "TLS fails"),
        (socket.gaierror(-2, "unknown"), "Its name is not known"),
        (TimeoutError(), "does not answer in time"),
        (ConnectionRefusedError(), "Nobody listens there"),
        (smtplib.SMTPServerDisconnected("closed"), "closed"),
    ],
)
def test_each_way_to_fail_says_what_to_do(settings: Settings, error: Exception, words: str) -> None:
    found = greeted(settings, error)
    assert found.level == Level.FAULT
    assert words in found.words
    assert found.advice
    assert "hunter2" not in found.words


def test_mail_in_the_open_is_a_warning(settings: Settings) -> None:
    settings.EMAIL_CONFIGURED, settings.EMAIL_HOST, settings.EMAIL_PORT = True, "mail.example", 25
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    with patch.object(mail, "EmailBackend", return_value=SmtpServer()):
        assert bad(list(mail.look(asks_others=True))) == ["Mail: TLS"]


def test_a_test_mail_is_sent_when_asked_for() -> None:
    make_all_well()
    status, said = run("--offline", "--to", "operator@example.org")
    assert (status, outbox.outbox[0].to) == (0, ["operator@example.org"])
    assert "handed over for operator@example.org" in said


def test_an_address_that_is_none_sends_nothing() -> None:
    with pytest.raises(CommandError, match="is not an address"):
        run("--offline", "--to", "nobody")
    assert outbox.outbox == []


def test_a_test_mail_that_is_refused_ends_with_1() -> None:
    make_all_well()
    with patch("config.doctor.mail.EmailMessage.send", side_effect=ConnectionRefusedError):
        status, said = run("--offline", "--to", "operator@example.org")
    assert status == 1
    assert "BAD  Test mail: Nobody listens there." in said


def test_issues_that_do_not_go_out_are_a_fault_with_its_cause() -> None:
    make_all_well()
    now = ledger.database_now()
    row = ledger.new_delivery(make_user(digest_enabled=True), now.date(), now)
    row.save()
    lease = ledger.claim(row.pk)
    assert lease is not None
    assert ledger.retry(lease, smtp.UNREACHABLE % "[Errno 111] Connection refused")
    status, said = run("--offline")
    assert status == 1
    assert (
        "BAD  Issues: Issues whose last try failed: 1. The mail server cannot be reached. "
        "([Errno 111] Connection refused)." in said
    )


def test_only_faults_make_a_site_ill() -> None:
    assert is_healthy([Finding("a", Level.WARNING, "")])
    assert not is_healthy([Finding("a", Level.FAULT, "")])
