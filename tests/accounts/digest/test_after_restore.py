"""Restored copies and the digest: nothing before the operator's word, nothing twice after it."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts import tasks
from accounts.bounces import boxes
from accounts.digest import after_restore, ledger, send
from accounts.digest.tick import tick
from accounts.models import Delivery, User
from papers import arming
from tests.factories import make_paper, make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
BACKUP = NOW - timedelta(hours=20)
State = Delivery.State
pytestmark = [pytest.mark.django_db, pytest.mark.promise(42)]


@pytest.fixture
def reader() -> User:
    make_paper(announced_on=NOW.date(), upvotes=9, popularity=1.0, score=1.0)
    return make_user(digest_enabled=True, next_due_at=NOW)


def run(at: datetime) -> None:
    for chunk in tick(at, at).chunks:
        send.deliver(chunk, now=at, at=at)


def test_a_copy_sends_no_issue_and_moves_no_readers_moment(reader: User) -> None:
    arming.disarm(BACKUP)
    run(NOW)
    reader.refresh_from_db()
    assert (len(mail.outbox), Delivery.objects.count()) == (0, 0)
    assert reader.next_due_at == NOW


def test_an_issue_that_was_due_already_stays_due(reader: User) -> None:
    delivery = ledger.ask_for(reader, NOW.date(), NOW)
    arming.disarm(BACKUP)
    assert send.deliver([delivery.pk], now=NOW, at=NOW) == {"held back": 1}
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.DUE, 0)


def test_armed_it_skips_what_the_other_site_may_have_sent_and_sends_the_next(reader: User) -> None:
    arming.disarm(BACKUP)
    assert after_restore.arm(NOW) == 1
    run(NOW)
    skipped = Delivery.objects.get()
    assert (len(mail.outbox), skipped.state) == (0, State.SKIPPED)
    assert "restored from a backup" in skipped.reason
    make_paper(announced_on=NOW.date(), upvotes=9, popularity=1.0, score=1.0)
    run(NOW + timedelta(days=1))
    assert len(mail.outbox) == 1


def test_one_that_waits_for_another_attempt_is_skipped_too(reader: User) -> None:
    delivery = ledger.ask_for(reader, NOW.date(), NOW)
    Delivery.objects.update(attempts=1, due_at=NOW + timedelta(hours=1))
    arming.disarm(BACKUP)
    after_restore.arm(NOW)
    delivery.refresh_from_db()
    assert delivery.state == State.SKIPPED


@pytest.mark.parametrize("lease", [-timedelta(minutes=1), timedelta(minutes=1)])
@pytest.mark.parametrize("state", [State.CLAIMED, State.SENDING, State.UNKNOWN])
def test_one_that_was_in_hand_at_the_backup_goes_out_no_more_by_itself(
    settings: Settings, reader: User, state: str, lease: timedelta
) -> None:
    """A worker of the other site may have had the server's yes a moment later."""
    settings.DIGEST_RESEND_UNKNOWN = True
    delivery = ledger.ask_for(reader, NOW.date(), NOW)
    User.objects.update(next_due_at=NOW + timedelta(days=1))
    in_hand = {"lease_token": uuid.uuid4(), "claimed_until": NOW + lease}
    ended = {"lease_token": uuid.uuid4(), "finished_at": NOW - timedelta(hours=1)}
    fields = ended if state == State.UNKNOWN else in_hand
    Delivery.objects.update(state=state, attempts=1, **fields)
    arming.disarm(BACKUP)
    assert after_restore.arm(NOW) == 1
    for minutes in (0, 3, 30):
        run(NOW + timedelta(minutes=minutes))
    delivery.refresh_from_db()
    assert (len(mail.outbox), delivery.state) == (0, State.SKIPPED)
    assert "restored from a backup" in delivery.reason


def test_what_nobody_would_send_again_stays_as_it_was(reader: User) -> None:
    delivery = ledger.ask_for(reader, NOW.date() - timedelta(days=2), NOW - timedelta(days=2))
    ended = NOW - timedelta(days=2)
    Delivery.objects.update(state=State.UNKNOWN, attempts=1, finished_at=ended)
    User.objects.update(next_due_at=NOW + timedelta(days=1))
    arming.disarm(BACKUP)
    assert after_restore.arm(NOW) == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.finished_at) == (State.UNKNOWN, ended)


def test_an_operator_who_knows_that_none_was_sent_sends_them(reader: User) -> None:
    arming.disarm(BACKUP)
    assert after_restore.arm(NOW, send_due=True) == 0
    run(NOW)
    assert len(mail.outbox) == 1


def test_the_command_arms_once(capsys: pytest.CaptureFixture[str], reader: User) -> None:
    arming.disarm(BACKUP)
    call_command("armmail")
    assert arming.is_armed()
    assert "1 issues that came due" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no restored copy"):
        call_command("armmail")


def test_a_copy_leaves_the_mailbox_of_bounces_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    arming.disarm(BACKUP)
    monkeypatch.setattr(boxes, "read_configured", lambda: pytest.fail("the mailbox was read"))
    tasks.read_bounces()
    with pytest.raises(CommandError) as refused:
        call_command("readbounces")
    assert refused.value.returncode == 75


def test_signing_up_on_a_copy_says_that_no_mail_can_be_sent(client: Client) -> None:
    arming.disarm(BACKUP)
    answer = client.post(
        "/subscribe/", {"email": "ada@example.org"}, HTTP_SEC_FETCH_SITE="same-origin"
    )
    assert answer.status_code == 503
    assert mail.outbox == []
