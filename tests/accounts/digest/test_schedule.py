from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.digest import schedule
from accounts.models import User

EVERY_DAY = list(range(7))
# Each with a rule of its own: half-hour and 45-minute offsets, negative summer time, a missing
# date, an hour lost before midnight, changes at midnight, Ramadan, and both ends of the world.
ODD_ZONES = [
    *("Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia", "Africa/Casablanca"),
    *("America/Nuuk", "America/Santiago", "Asia/Beirut", "Africa/Cairo", "Europe/Dublin"),
    *("America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati", "America/Havana"),
    *("Atlantic/Azores", "Antarctica/Troll", "Asia/Tehran", "Europe/Berlin"),
    *("America/New_York", "UTC", "Asia/Gaza", "Africa/El_Aaiun", "America/Asuncion"),
    *("America/Sao_Paulo", "America/Los_Angeles", "America/Adak", "America/Scoresbysund"),
    *("America/Miquelon", "Asia/Jerusalem", "Asia/Amman", "Asia/Kolkata", "Asia/Tokyo"),
    *("Asia/Pyongyang", "Australia/Adelaide", "Australia/Eucla", "Europe/Chisinau"),
    *("Europe/London", "Pacific/Auckland", "Pacific/Easter", "Pacific/Pago_Pago"),
    *("Pacific/Marquesas",),
]


def reader(*, zone: str = "UTC", hour: int = 7, days: list[int] | None = None) -> User:
    return User(
        email="reader@example.org",
        timezone=zone,
        digest_hour=hour,
        digest_days=EVERY_DAY if days is None else days,
        digest_enabled=True,
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moments(user: User, start: datetime, end: datetime) -> list[datetime]:
    found = []
    moment = schedule.next_due(user, start)
    while moment is not None and moment < end:
        found.append(moment)
        moment = schedule.next_due(user, moment)
    return found


def test_issue_is_due_at_the_readers_own_hour() -> None:
    user = reader(zone="Asia/Tokyo", hour=7)
    assert schedule.next_due(user, at("2026-03-02T00:00")) == at("2026-03-02T22:00")


def test_due_moment_is_later_than_the_given_one() -> None:
    assert schedule.next_due(reader(), at("2026-03-02T07:00")) == at("2026-03-03T07:00")


def test_weekend_is_left_out_for_monday_to_friday() -> None:
    user = reader(days=[0, 1, 2, 3, 4])
    assert schedule.next_due(user, at("2026-03-06T08:00")) == at("2026-03-09T07:00")


def test_nothing_is_due_while_the_digest_is_off() -> None:
    user = reader()
    user.digest_enabled = False
    assert schedule.next_due(user, at("2026-03-02T00:00")) is None


def test_nothing_is_due_without_a_weekday() -> None:
    assert schedule.next_due(reader(days=[]), at("2026-03-02T00:00")) is None


def test_closed_account_is_never_due() -> None:
    user = reader()
    user.is_active = False
    assert schedule.next_due(user, at("2026-03-02T00:00")) is None


def test_pause_ends_on_its_day() -> None:
    user = reader()
    user.paused_until = date(2026, 5, 1)
    assert schedule.next_due(user, at("2026-03-02T00:00")) == at("2026-05-01T07:00")


def test_missing_hour_is_due_right_after_the_gap() -> None:
    user = reader(zone="Europe/Berlin", hour=2)
    assert schedule.next_due(user, at("2026-03-28T12:00")) == at("2026-03-29T01:00")


def test_half_hour_gap_ends_at_its_end_not_an_hour_later() -> None:
    user = reader(zone="Australia/Lord_Howe", hour=2)
    due = schedule.next_due(user, at("2026-10-03T00:00"))
    assert due == at("2026-10-03T15:30")
    assert due.astimezone(user.zone).strftime("%H:%M") == "02:30"


def test_repeated_hour_is_due_the_first_time() -> None:
    user = reader(zone="Europe/Berlin", hour=2)
    assert schedule.next_due(user, at("2026-10-24T12:00")) == at("2026-10-25T00:00")


def test_date_that_never_was_gives_no_issue() -> None:
    user = reader(zone="Pacific/Apia", hour=7)
    assert schedule.moment_on(user, date(2011, 12, 30)) is None


def test_hour_lost_before_midnight_still_counts_for_its_own_date() -> None:
    user = reader(zone="America/Nuuk", hour=23)
    due = schedule.next_due(user, at("2026-03-28T12:00"))
    assert due is not None
    assert due.astimezone(user.zone) == datetime(2026, 3, 29, tzinfo=user.zone)
    assert schedule.due_local_date(user, due) == date(2026, 3, 28)


def test_midnight_belongs_to_the_date_it_begins() -> None:
    user = reader(zone="America/Nuuk", hour=0)
    assert schedule.due_local_date(user, at("2026-03-29T01:00")) == date(2026, 3, 29)


@pytest.mark.promise(9)
@pytest.mark.parametrize("zone", ODD_ZONES)
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 23])
def test_every_date_of_a_year_has_exactly_one_issue(zone: str, hour: int) -> None:
    year = 2011 if zone == "Pacific/Apia" else 2026
    user = reader(zone=zone, hour=hour)
    start = datetime(year, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC) - timedelta(seconds=1)
    end = datetime(year + 1, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    dates = [schedule.due_local_date(user, moment) for moment in moments(user, start, end)]
    expected = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    if zone == "Pacific/Apia":
        expected.remove(date(2011, 12, 30))
    assert dates == expected


@pytest.mark.promise(9)
@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})),
    hour=st.integers(0, 23),
    days=st.sets(st.integers(0, 6), min_size=1),
    days_since_2000=st.integers(0, 11_000),
)
def test_never_two_issues_in_a_local_date(
    zone: str, hour: int, days: set[int], days_since_2000: int
) -> None:
    user = reader(zone=zone, hour=hour, days=sorted(days))
    start = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=days_since_2000)
    found = moments(user, start, start + timedelta(days=40))
    dates = [schedule.due_local_date(user, moment) for moment in found]
    assert len(set(dates)) == len(dates) > 0
    assert dates == sorted(dates)
    assert all(day.weekday() in days for day in dates)


def test_outage_gives_the_missed_dates_in_order() -> None:
    user = reader()
    user.next_due_at = at("2026-03-02T07:00")
    missed = schedule.missed_dates(user, at("2026-03-03T13:00"))
    assert missed == [
        (date(2026, 3, 2), at("2026-03-02T07:00")),
        (date(2026, 3, 3), at("2026-03-03T07:00")),
    ]


def test_long_outage_is_looked_back_on_for_two_weeks_only() -> None:
    user = reader()
    user.next_due_at = at("2024-03-02T07:00")
    assert len(schedule.missed_dates(user, at("2026-03-03T13:00"))) < 20
