from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.bounces import webhooks
from accounts.bounces.reading import Outcome
from accounts.digest import ledger
from accounts.models import Bounce, Delivery, User
from tests.factories import make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
NOTHING: dict[str, Any] = dict.fromkeys(
    ("event_id", "message_id", "metadata", "recipient", "reject_reason", "mta_response")
)
pytestmark = pytest.mark.django_db


@pytest.fixture
def issue() -> Delivery:
    user = make_user(email="ada@example.org", digest_enabled=True)
    delivery = ledger.new_delivery(user, NOW.date(), NOW, state=Delivery.State.SENT)
    delivery.save()
    return delivery


def note(event_type: str = "bounced", **fields: Any) -> Outcome:
    """Note an event as anymail shapes it; a bounce is a hard one unless said otherwise."""
    reason = "bounced" if event_type == "bounced" else None
    values = {**NOTHING, "description": None, "reject_reason": reason, **fields}
    event = SimpleNamespace(event_type=event_type, **values)
    return webhooks.note_event(event, "Postmark", NOW)


def test_a_hard_bounce_counts_for_the_reader_of_the_issue(issue: Delivery) -> None:
    said = "smtp;550 5.1.1 no such user"
    assert note(metadata={"issue": issue.message_id}, mta_response=said) == Outcome.REFUSED
    bounce = Bounce.objects.get()
    assert (bounce.message_id, bounce.said) == (issue.message_id, said)
    assert note(metadata={"issue": issue.message_id}) == Outcome.AGAIN


def test_a_provider_may_keep_our_message_id(issue: Delivery) -> None:
    assert note(message_id=issue.message_id.strip("<>")) == Outcome.REFUSED
    assert Bounce.objects.get().message_id == issue.message_id


def test_a_complaint_stops_the_digest(issue: Delivery) -> None:
    assert note("complained", metadata={"issue": issue.message_id}) == Outcome.COMPLAINT
    issue.user.refresh_from_db()
    assert issue.user.mail_stopped_at == NOW


def test_an_event_without_our_id_is_matched_by_its_recipient(issue: Delivery) -> None:
    fields = {"message_id": "esp-1", "recipient": "Ada@Example.org"}
    assert note(**fields) == Outcome.REFUSED
    assert note(**fields) == Outcome.AGAIN
    assert Bounce.objects.get().message_id == "Postmark:esp-1"
    assert note("complained", recipient="ada@example.org", event_id="e1") == Outcome.COMPLAINT


@pytest.mark.parametrize(
    "fields",
    [
        {"recipient": "stranger@example.org"},
        {"metadata": {"issue": "<digest.0@example.org>"}},
        {"message_id": "esp-1"},
        {},
    ],
)
def test_what_names_nobody_counts_nothing(issue: Delivery, fields: dict[str, Any]) -> None:
    assert note(**fields) == Outcome.NOT_OURS
    assert not Bounce.objects.exists()


def test_an_event_of_an_address_left_behind_counts_nothing(issue: Delivery) -> None:
    User.objects.update(email="new@example.org")
    metadata = {"issue": issue.message_id}
    assert note(metadata=metadata, recipient="ada@example.org") == Outcome.NOT_OURS


@pytest.mark.parametrize(
    ("event_type", "fields"),
    [
        ("delivered", {}),
        ("deferred", {}),
        ("opened", {}),
        ("unsubscribed", {}),
        ("autoresponded", {}),
        ("bounced", {"reject_reason": "blocked"}),
        ("bounced", {"reject_reason": "spam"}),
        ("bounced", {"reject_reason": "timed_out"}),
        ("rejected", {"reject_reason": "unsubscribed"}),
        ("bounced", {"mta_response": "550 5.7.1 blocked by policy"}),
        ("bounced", {"mta_response": "452 4.2.2 mailbox full"}),
        ("bounced", {"description": "550 we block this network"}),
    ],
)
def test_what_is_no_hard_bounce_counts_nothing(
    issue: Delivery, event_type: str, fields: dict[str, Any]
) -> None:
    metadata = {"issue": issue.message_id}
    assert note(event_type, metadata=metadata, **fields) == Outcome.NOTHING
    assert not Bounce.objects.exists()


def test_an_address_that_the_provider_no_longer_takes_counts(issue: Delivery) -> None:
    metadata = {"issue": issue.message_id}
    assert note("rejected", reject_reason="invalid", metadata=metadata) == Outcome.REFUSED
