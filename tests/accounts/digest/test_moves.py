"""Readers who change hour and zone at any moment: what comes when (RELIABILITY P10)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.digest import ledger, schedule, tick
from accounts.models import Delivery, User
from tests.factories import make_user

EVERY_DAY = list(range(7))
ZONES = [
    *("Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Apia", "Pacific/Chatham"),
    *("Australia/Lord_Howe", "Africa/Casablanca", "America/Nuuk", "Europe/Berlin", "UTC"),
    *("Asia/Tokyo", "America/Los_Angeles", "Asia/Kathmandu"),
]
# Beat comes each minute: a change may fall between an issue's moment and its tick.
TICK_LAG = timedelta(seconds=45)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
State = Delivery.State
pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Move:
    """Made `seconds` after the move before, or, `at_due`, so long after the next due moment."""

    seconds: int
    at_due: bool
    zone: str
    hour: int

    def moment(self, user: User, now: datetime) -> datetime:
        begin = user.next_due_at if self.at_due else now
        assert begin is not None
        return max(begin + timedelta(seconds=self.seconds), now)


ANYWHERE = st.sampled_from(ZONES)
HOURS = st.integers(0, 23)
MOVES = st.lists(
    st.builds(Move, st.integers(1, 3 * 86_400), st.just(False), ANYWHERE, HOURS)
    | st.builds(Move, st.integers(-60, 44), st.just(True), ANYWHERE, HOURS),
    min_size=1,
    max_size=8,
)


def reader(*, zone: str = "UTC", hour: int = 7, days: list[int] = EVERY_DAY) -> User:
    user = make_user(digest_enabled=True, digest_days=days, timezone=zone, digest_hour=hour)
    user.next_due_at = schedule.next_due(user, NOON)
    user.save()
    return user


def run_until(user: User, now: datetime, end: datetime) -> None:
    """Let each tick come that is due by `end`; `now` is when the last change was."""
    while user.next_due_at is not None:
        moment = max(user.next_due_at + TICK_LAG, now)
        if moment > end:
            return
        tick.enter_due(moment)
        user.refresh_from_db()


def move(user: User, now: datetime, *, hour: int, zone: str = "") -> None:
    user.digest_hour, user.timezone = hour, zone or user.timezone
    user.save(update_fields=["digest_hour", "timezone"])
    schedule.reschedule(user, now)


def passed_over(user: User) -> list[Delivery]:
    return list(Delivery.objects.filter(user=user, reason__contains="less than 12 hours"))


def entered(user: User) -> list[Delivery]:
    """Issues that came; the ledger's way from `due` on is not of interest here."""
    rows = Delivery.objects.filter(user=user).exclude(pk__in=[row.pk for row in passed_over(user)])
    return list(rows.order_by("due_at"))


@pytest.mark.promise(10)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    moves=MOVES,
    zone=ANYWHERE,
    hour=HOURS,
    day=st.integers(0, 364),
)
def test_daily_issues_stay_12_to_73_hours_apart_whatever_the_reader_moves(
    moves: list[Move], zone: str, hour: int, day: int
) -> None:
    with transaction.atomic():
        user = reader(zone=zone, hour=hour)
        now = NOON + timedelta(days=day)
        user.next_due_at = schedule.next_due(user, now)
        user.save()
        for each in moves:
            later = each.moment(user, now)
            run_until(user, now, later)
            now = later
            move(user, now, hour=each.hour, zone=each.zone)
        run_until(user, now, now + timedelta(days=5))
        check(user)
        transaction.set_rollback(True)


def check(user: User) -> None:
    found = entered(user)
    assert found
    assert user.next_due_at is not None
    dates = [issue.local_date for issue in found]
    assert dates == sorted(set(dates))
    moments = [issue.due_at for issue in found] + [user.next_due_at]
    for earlier, later in pairwise(moments):
        assert timedelta(hours=12) <= later - earlier <= timedelta(hours=73)
    for skipped in passed_over(user):
        assert skipped.state == State.SKIPPED
        before = max(at for at in moments if at < skipped.due_at)
        assert skipped.due_at - before < timedelta(hours=12)


def test_issue_that_is_due_comes_though_its_date_was_passed_over_in_another_zone() -> None:
    user = reader(zone="Africa/Casablanca", hour=13)
    lord_howe, back = NOON + timedelta(minutes=61), NOON + timedelta(hours=26)
    run_until(user, NOON, lord_howe)
    move(user, lord_howe, hour=1, zone="Australia/Lord_Howe")
    move(user, back, hour=0, zone="Africa/Casablanca")
    run_until(user, back, back + timedelta(days=2))
    assert [issue.due_at for issue in entered(user)][:2] == [NOON + timedelta(hours=1), back]
    check(user)


def test_issue_under_12_hours_after_the_last_is_skipped_with_the_reason() -> None:
    user = reader(hour=23)
    run_until(user, NOON, NOON + timedelta(hours=11, minutes=30))
    move(user, NOON + timedelta(hours=11, minutes=30), hour=0)
    (skipped,) = passed_over(user)
    assert (skipped.local_date, skipped.state) == (date(2026, 3, 3), State.SKIPPED)
    assert user.next_due_at == datetime(2026, 3, 4, 0, 0, tzinfo=UTC)


def test_skipped_issue_comes_after_all_when_the_hour_is_put_back() -> None:
    user = reader(hour=23)
    run_until(user, NOON, NOON + timedelta(hours=11, minutes=30))
    move(user, NOON + timedelta(hours=11, minutes=30), hour=0)
    move(user, NOON + timedelta(hours=11, minutes=40), hour=23)
    assert (passed_over(user), user.next_due_at) == ([], NOON + timedelta(hours=35))


def test_saving_without_a_move_skips_nothing() -> None:
    user = reader(hour=7)
    ledger.ask_for(user, NOON.date(), NOON + timedelta(hours=11))
    move(user, NOON + timedelta(hours=11), hour=7)
    assert (passed_over(user), user.next_due_at) == ([], NOON + timedelta(hours=19))


def test_issue_that_is_due_and_not_yet_entered_still_comes() -> None:
    user = reader(hour=13)
    move(user, NOON + timedelta(hours=1, seconds=20), hour=8)
    assert user.next_due_at == NOON + timedelta(hours=1)


def test_issue_due_on_a_day_that_is_no_longer_wanted_does_not_come() -> None:
    user = reader(hour=13)
    user.digest_days = [3]
    user.save()
    move(user, NOON + timedelta(hours=1, seconds=20), hour=13)
    assert user.next_due_at == NOON + timedelta(days=3, hours=1)


def test_change_between_moment_and_tick_does_not_overtake_the_issue() -> None:
    user = reader(hour=23)
    moment = NOON + timedelta(hours=11, seconds=20)
    move(user, moment, hour=0)
    run_until(user, moment, moment + timedelta(minutes=1))
    (issue,) = entered(user)
    assert (issue.state, issue.local_date) == (State.DUE, date(2026, 3, 2))
    assert user.next_due_at == datetime(2026, 3, 4, 0, 0, tzinfo=UTC)


def test_hour_put_earlier_again_and_again_does_not_put_issues_off_for_ever() -> None:
    user = reader(hour=13)
    run_until(user, NOON, NOON + timedelta(hours=2))
    for days, hour in ((1, 12), (2, 11), (3, 10)):
        moment = NOON + timedelta(days=days, hours=2 - days, minutes=-1)
        move(user, moment, hour=hour)
    assert user.next_due_at == moment


def test_reader_back_from_a_pause_is_sent_nothing_on_saving() -> None:
    user = reader(hour=13)
    run_until(user, NOON, NOON + timedelta(hours=2))
    user.paused_until = date(2026, 3, 12)
    user.save()
    move(user, NOON + timedelta(hours=3), hour=13)
    move(user, NOON + timedelta(days=10, hours=-2), hour=9)
    assert user.next_due_at == NOON + timedelta(days=11, hours=-3)
