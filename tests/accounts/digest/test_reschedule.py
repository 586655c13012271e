from datetime import UTC, date, datetime

import pytest

from accounts.digest import ledger, schedule
from accounts.models import Delivery
from tests.factories import make_user

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # a Monday
pytestmark = pytest.mark.django_db


def test_next_moment_is_written() -> None:
    user = make_user(digest_enabled=True)
    schedule.reschedule(user, NOW)
    user.refresh_from_db()
    assert user.next_due_at == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def test_switching_off_clears_it() -> None:
    user = make_user(next_due_at=NOW)
    schedule.reschedule(user, NOW)
    user.refresh_from_db()
    assert user.next_due_at is None


def test_switching_off_takes_back_what_waits() -> None:
    user = make_user()
    delivery = ledger.new_delivery(user, date(2026, 3, 2), NOW)
    delivery.save()
    schedule.reschedule(user, NOW)
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.SKIPPED


def test_closing_an_account_takes_back_what_waits() -> None:
    user = make_user(digest_enabled=True, is_active=False)
    delivery = ledger.new_delivery(user, date(2026, 3, 2), NOW)
    delivery.save()
    schedule.reschedule(user, NOW)
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.SKIPPED


def test_date_with_an_issue_gets_no_second_one() -> None:
    user = make_user(digest_enabled=True)
    ledger.new_delivery(user, date(2026, 3, 2), NOW, state=Delivery.State.SENT).save()
    schedule.reschedule(user, NOW)
    assert user.next_due_at == datetime(2026, 3, 3, 7, 0, tzinfo=UTC)


def test_change_of_zone_counts_from_the_next_local_date() -> None:
    user = make_user(digest_enabled=True, timezone="Pacific/Honolulu")
    ledger.new_delivery(user, date(2026, 3, 3), NOW, state=Delivery.State.SENT).save()
    schedule.reschedule(user, NOW)
    assert user.next_due_at is not None
    assert schedule.due_local_date(user, user.next_due_at) == date(2026, 3, 4)
