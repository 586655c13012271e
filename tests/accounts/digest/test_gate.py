"""What is held back before anything is chosen, by way of `send.deliver`."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.bounces import suppression
from accounts.bounces.addresses import hash_address
from accounts.digest import gate, ledger, send
from accounts.digest.tick import tick
from accounts.models import Delivery, MailPace, Suppression, User
from tests.accounts.digest.smtp_server import scripted_server
from tests.factories import make_paper, make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
State = Delivery.State
pytestmark = pytest.mark.django_db


def due_reader(**fields: Any) -> User:
    return make_user(digest_enabled=True, next_due_at=NOW, **fields)


def popular() -> None:
    make_paper(announced_on=NOW.date(), upvotes=9, popularity=1.0, score=1.0)


def suppress(user: User, why: Suppression.Why = Suppression.Why.OPERATOR) -> None:
    Suppression.objects.create(address_hash=hash_address(user.email), why=why)


def run(at: datetime = NOW) -> dict[str, int]:
    outcomes: dict[str, int] = {}
    for chunk in tick(at, at).chunks:
        outcomes.update(send.deliver(chunk, now=at, at=at))
    return outcomes


@pytest.mark.promise(6)
def test_an_address_on_the_list_gets_no_digest(mailoutbox: list[EmailMessage]) -> None:
    user, other = due_reader(), due_reader()
    popular()
    suppress(user)
    assert run() == {"skipped": 1, "sent": 1}
    assert [message.to for message in mailoutbox] == [[other.email]]
    issue = Delivery.objects.get(user=user)
    assert (issue.state, issue.reason) == (
        State.SKIPPED,
        "Whoever runs this site has stopped mail to your address.",
    )


def test_who_comes_with_an_address_on_the_list_is_told_once_and_not_due_again() -> None:
    user = due_reader()
    suppress(user, Suppression.Why.BOUNCES)
    run()
    user.refresh_from_db()
    assert user.mail_stopped_at == NOW
    assert "refused several times" in user.mail_stopped_why
    assert run(NOW + timedelta(days=1)) == {}


def test_whoever_asks_a_stopped_reader_gets_none(mailoutbox: list[EmailMessage]) -> None:
    user = due_reader()
    popular()
    suppression.stop(user, Suppression.Why.BOUNCES, "Refused.", now=NOW)
    asked = ledger.ask_for(user, NOW.date(), NOW)
    assert send.deliver([asked.pk], now=NOW, at=NOW) == {"skipped": 1}
    asked.refresh_from_db()
    assert (asked.reason, mailoutbox) == ("Refused.", [])


def test_a_stopped_reader_gets_none_when_the_list_is_lost(mailoutbox: list[EmailMessage]) -> None:
    user = due_reader()
    popular()
    suppression.stop(user, Suppression.Why.BOUNCES, "Refused.", now=NOW)
    Suppression.objects.all().delete()
    asked = ledger.ask_for(user, NOW.date(), NOW)
    send.deliver([asked.pk], now=NOW, at=NOW)
    assert mailoutbox == []


def test_a_larger_chunk_asks_no_more_often(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for size in (1, 20):
        rows = [ledger.new_delivery(due_reader(), NOW.date(), NOW) for _ in range(size)]
        with django_assert_num_queries(2):
            assert len(gate.open_for(rows, NOW, NOW)[0]) == size


def test_what_has_no_token_waits_uncounted_for_the_next_tick(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.DIGEST_MAILS_PER_MINUTE = 2
    MailPace.objects.create(domain="", tokens=2, refilled_at=NOW)
    for _ in range(3):
        due_reader()
    popular()
    assert run() == {"held back": 1, "sent": 2}
    waits = Delivery.objects.get(state=State.DUE)
    assert (waits.attempts, waits.due_at, waits.reason) == (0, NOW, "")
    assert run(NOW + timedelta(minutes=1)) == {"sent": 1}
    assert len(mailoutbox) == 3


def test_one_slow_domain_holds_up_no_other(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.DIGEST_MAILS_PER_MINUTE_A_DOMAIN = 1
    MailPace.objects.create(domain="slow.example", tokens=0, refilled_at=NOW)
    due_reader(email="a@slow.example"), due_reader(email="b@quick.example")
    popular()
    assert run() == {"held back": 1, "sent": 1}
    assert [message.to for message in mailoutbox] == [["b@quick.example"]]


def test_nothing_is_chosen_for_what_waits(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DIGEST_MAILS_PER_MINUTE = 1
    MailPace.objects.create(domain="", tokens=0, refilled_at=NOW)
    due_reader()
    monkeypatch.setattr(send, "choose", lambda *_args: pytest.fail("chosen"))
    assert run() == {"held back": 1}


@pytest.mark.promise(6)
def test_three_refusals_by_the_server_stop_the_digest(settings: Settings) -> None:
    gone = due_reader(email="gone@example.org")
    popular()
    with scripted_server(settings) as server:
        server.refuse_recipient = b"gone@example.org"
        for day in range(3):
            popular()
            assert run(NOW + timedelta(days=day)) == {"failed": 1}
            gone.refresh_from_db()
            assert gone.bounces.count() == day + 1
    assert gone.mail_stopped_at is not None
    assert "the server said: 550 no such person" in gone.mail_stopped_why
    assert run(NOW + timedelta(days=3)) == {}


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    "refusal", [b"550 5.7.1 blocked by policy", b"554 no", b"550 spam source, see a block list"]
)
def test_a_server_that_blocks_the_site_stops_nobodys_digest(
    settings: Settings, refusal: bytes
) -> None:
    user = due_reader(email="gone@example.org")
    popular()
    with scripted_server(settings) as server:
        server.refuse_recipient, server.refusal = b"gone@example.org", refusal
        assert run() == {"failed": 1}
    assert user.bounces.count() == 0


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    ("answers", "counted"),
    [
        ({"dot": b"550 5.1.1 no such person after all"}, 1),
        ({"dot": b"554 5.6.0 we do not like it"}, 0),
        ({"mail": b"550 5.1.8 your domain is unknown"}, 0),
    ],
)
def test_a_refusal_of_the_text_counts_only_when_it_names_the_address(
    settings: Settings, answers: dict[str, bytes], counted: int
) -> None:
    user = due_reader()
    popular()
    with scripted_server(settings, **answers):
        run()
    assert user.bounces.count() == counted
