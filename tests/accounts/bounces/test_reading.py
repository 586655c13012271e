from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from accounts.bounces import reading, verp
from accounts.bounces.reading import Outcome, read, read_one
from accounts.digest import ledger
from accounts.models import Bounce, Delivery, User
from tests.accounts.bounces.mails import AUTO_REPLY, arf, dsn
from tests.factories import make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bounce_address(settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = "bounces@example.org"


def issue(day: int = 0, user: User | None = None) -> Delivery:
    at = NOW + timedelta(days=day)
    reader = user or make_user(email="ada@example.org", digest_enabled=True)
    delivery = ledger.new_delivery(reader, at.date(), at, state=Delivery.State.SENT)
    delivery.finished_at = at
    delivery.save()
    return delivery


def test_a_bounce_counts_for_its_reader() -> None:
    delivery = issue()
    assert read_one(dsn(delivery.message_id), NOW) == Outcome.REFUSED
    bounce = Bounce.objects.get()
    assert (bounce.user, bounce.message_id) == (delivery.user, delivery.message_id)
    assert bounce.said == "550 5.1.1 User unknown"
    delivery.refresh_from_db()
    assert delivery.reason == "It came back (the server said: 550 5.1.1 User unknown)."
    assert delivery.state == Delivery.State.SENT


@pytest.mark.promise(6)
def test_three_bounces_stop_the_digest() -> None:
    first = issue(0)
    for delivery in (first, issue(1, first.user), issue(2, first.user)):
        read_one(dsn(delivery.message_id), delivery.due_at)
    first.user.refresh_from_db()
    assert first.user.mail_stopped_at == NOW + timedelta(days=2)


def test_the_same_bounce_counts_once() -> None:
    delivery = issue()
    raw = dsn(delivery.message_id)
    assert read([raw, raw], NOW) == {Outcome.REFUSED: 1, Outcome.AGAIN: 1}


def test_a_complaint_stops_the_digest_at_once() -> None:
    delivery = issue()
    raw = arf(delivery.message_id, to=delivery.user.email)
    assert read_one(raw, NOW) == Outcome.COMPLAINT
    delivery.user.refresh_from_db()
    assert delivery.user.mail_stopped_at == NOW


def test_the_address_it_came_back_to_names_the_issue() -> None:
    delivery = issue()
    raw = dsn("", to="", envelope=verp.return_path(delivery))
    assert read_one(raw, NOW) == Outcome.REFUSED


def test_a_complaint_without_names_is_known_by_its_envelope() -> None:
    delivery = issue()
    raw = arf("", mail_from=verp.return_path(delivery))
    assert read_one(raw, NOW) == Outcome.COMPLAINT


@pytest.mark.parametrize(
    "raw",
    [
        dsn("<digest.1@elsewhere.example>"),
        dsn(""),
        dsn("", envelope="bounces+10123456789abcdef@example.org"),
        arf("<digest.1@elsewhere.example>"),
        arf("", mail_from="bounces+10123456789abcdef@example.org"),
    ],
)
def test_what_names_no_issue_is_counted_only(raw: bytes) -> None:
    issue()
    assert read_one(raw, NOW) == Outcome.NOT_OURS
    assert not Bounce.objects.exists()


def test_a_bounce_of_an_address_left_behind_counts_nothing() -> None:
    delivery = issue()
    envelope = verp.return_path(delivery)
    User.objects.update(email="new@example.org")
    assert read_one(dsn(delivery.message_id), NOW) == Outcome.NOT_OURS
    assert read_one(dsn("", to="", envelope=envelope), NOW) == Outcome.NOT_OURS
    assert not Bounce.objects.exists()


def test_a_bounce_of_an_old_issue_counts_nothing() -> None:
    delivery = issue()
    late = NOW + reading.TELLS_FOR + timedelta(seconds=1)
    assert read_one(dsn(delivery.message_id), late) == Outcome.NOT_OURS
    raw = dsn("", envelope=verp.return_path(delivery))
    assert read_one(raw, late) == Outcome.NOT_OURS


@pytest.mark.parametrize("raw", [AUTO_REPLY, b"", dsn(action="delayed", status="4.4.1")])
def test_other_mail_counts_nothing(raw: bytes) -> None:
    issue()
    assert read_one(raw, NOW) == Outcome.NOTHING
    assert not Bounce.objects.exists()


def test_the_numbers_are_one_line() -> None:
    counted = read([dsn(issue().message_id), AUTO_REPLY, AUTO_REPLY], NOW)
    assert reading.in_words(counted) == "3 read: 1 refused, 2 passed over."
    assert reading.in_words(read([])) == "0 read."


def test_message_id_alone_stops_nobody() -> None:
    """It stands in what a reader forwards or answers."""
    delivery = issue()
    assert read_one(arf(delivery.message_id), NOW) == Outcome.NOT_OURS


def test_dead_mailbox_that_mail_was_passed_on_to_is_none_of_the_readers() -> None:
    delivery = issue()
    raw = dsn("", to="", envelope=verp.return_path(delivery), recipient="old@elsewhere.example")
    assert read_one(raw, NOW) == Outcome.NOT_OURS
    raw = dsn("", to="", envelope=verp.return_path(delivery), recipient=delivery.user.email)
    assert read_one(raw, NOW) == Outcome.REFUSED
