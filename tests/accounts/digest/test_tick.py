from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.digest import ledger
from accounts.digest.schedule import reschedule
from accounts.digest.tick import tick
from accounts.models import Delivery, User
from tests.factories import make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)  # a Tuesday
State = Delivery.State
pytestmark = pytest.mark.django_db


def reader(*, next_due_at: datetime | None = NOW, **fields: Any) -> User:
    fields.setdefault("digest_enabled", True)
    return make_user(next_due_at=next_due_at, **fields)


def test_due_reader_gets_a_row_of_their_own_date() -> None:
    user = reader(timezone="Pacific/Auckland", digest_hour=20)
    result = tick(NOW, NOW)
    delivery = Delivery.objects.get(user=user)
    assert (delivery.local_date, delivery.state) == (date(2026, 3, 3), State.DUE)
    assert result.chunks == [[delivery.pk]]


def test_next_moment_moves_on() -> None:
    user = reader()
    tick(NOW, NOW)
    user.refresh_from_db()
    assert user.next_due_at == NOW + timedelta(days=1)


@pytest.mark.promise(1)
def test_running_twice_makes_one_row() -> None:
    reader()
    assert tick(NOW, NOW).made == 1
    assert tick(NOW, NOW).made == 0
    assert Delivery.objects.count() == 1


@pytest.mark.promise(12)
def test_two_ticks_that_saw_the_same_readers_make_one_row() -> None:
    user = reader()
    tick(NOW, NOW)
    User.objects.filter(pk=user.pk).update(next_due_at=NOW)
    assert tick(NOW, NOW).made == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"next_due_at": NOW + timedelta(minutes=1)},
        {"next_due_at": None},
        {"digest_enabled": False},
        {"is_active": False},
    ],
)
def test_reader_who_is_not_due_gets_nothing(fields: dict[str, Any]) -> None:
    reader(**fields)
    assert tick(NOW, NOW).made == 0


@pytest.mark.promise(11)
def test_machine_that_slept_30_hours_sends_one_issue() -> None:
    user = reader(next_due_at=NOW)
    woken = NOW + timedelta(hours=30)
    result = tick(woken, woken)
    states = dict(Delivery.objects.filter(user=user).values_list("local_date", "state"))
    assert states == {date(2026, 3, 3): State.SKIPPED, date(2026, 3, 4): State.DUE}
    assert len(result.chunks[0]) == 1


@pytest.mark.promise(11)
def test_later_hour_chosen_while_the_issue_was_late_takes_nothing_from_the_reader() -> None:
    """Both moments are of one date, of which one issue is sent and none noted as skipped."""
    user = reader(digest_hour=7)
    user.digest_hour = 9
    user.save()
    reschedule(user, NOW + timedelta(hours=1))
    now = NOW + timedelta(hours=3)

    assert tick(now, now).made == 1

    issue = Delivery.objects.get(user=user)
    assert (issue.state, issue.local_date, issue.due_at) == (State.DUE, NOW.date(), NOW)
    user.refresh_from_db()
    assert user.next_due_at == NOW + timedelta(days=1, hours=2)


def test_machine_that_fell_asleep_over_a_waiting_issue_sends_one_issue() -> None:
    user = reader()
    tick(NOW, NOW)
    woken = NOW + timedelta(hours=30)
    result = tick(woken, woken)
    states = dict(Delivery.objects.filter(user=user).values_list("local_date", "state"))
    assert states == {date(2026, 3, 3): State.SKIPPED, date(2026, 3, 4): State.DUE}
    assert len(result.chunks[0]) == 1


def test_waiting_issue_of_another_reader_is_left_alone() -> None:
    ledger.new_delivery(reader(next_due_at=None), date(2026, 3, 2), NOW).save()
    reader()
    tick(NOW, NOW)
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DUE}


def test_issue_asked_for_earlier_is_todays_issue() -> None:
    user = reader()
    ledger.ask_for(user, NOW.date(), NOW - timedelta(hours=1))
    assert tick(NOW, NOW).made == 0


def test_waiting_retry_is_sent_again_when_due() -> None:
    user = reader(next_due_at=None)
    ledger.new_delivery(user, NOW.date(), NOW + timedelta(minutes=5)).save()
    assert tick(NOW, NOW).chunks == []
    later = NOW + timedelta(minutes=5)
    assert len(tick(later, later).chunks) == 1


def test_left_behind_work_is_settled() -> None:
    delivery = ledger.new_delivery(reader(next_due_at=None), NOW.date(), NOW)
    delivery.save()
    ledger.claim(delivery.pk, NOW)
    later = NOW + timedelta(minutes=3)
    assert tick(later, later).expired == 1
    assert tick(later, later).chunks == [[delivery.pk]]


def test_reader_whose_zone_is_gone_gets_the_issue_in_utc() -> None:
    broken = reader(timezone="Mars/Olympus")
    tick(NOW, NOW)
    broken.refresh_from_db()
    assert Delivery.objects.get(user=broken).local_date == NOW.date()
    assert broken.next_due_at == NOW + timedelta(days=1)


def test_chunks_hold_a_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.digest.tick.CHUNK_DELIVERIES", 2)
    monkeypatch.setattr("accounts.digest.tick.CHUNK_READERS", 2)
    for _ in range(5):
        reader()
    assert [len(chunk) for chunk in tick(NOW, NOW).chunks] == [2, 2, 1]
