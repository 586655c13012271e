from datetime import UTC, date, datetime, timedelta

import pytest

from papers import calendar
from papers.calendar import Calendar, Expectation
from papers.models import CalendarYear, Holiday

MONDAY = date(2026, 3, 2)
SATURDAY = date(2026, 3, 7)
LABOR_DAY = date(2026, 9, 7)
KNOWN = Calendar(frozenset({2026}), {LABOR_DAY: "Labor Day", date(2026, 12, 31): "Winter break"})


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (MONDAY, Expectation.BATCH),
        (SATURDAY, Expectation.WEEKEND),
        (SATURDAY + timedelta(days=1), Expectation.WEEKEND),
        (LABOR_DAY, Expectation.HOLIDAY),
        (LABOR_DAY + timedelta(days=1), Expectation.HOLIDAY),
        (LABOR_DAY + timedelta(days=2), Expectation.BATCH),
        (date(2027, 1, 1), Expectation.HOLIDAY),
        (date(2027, 1, 4), Expectation.UNKNOWN_YEAR),
        (date(2027, 1, 2), Expectation.WEEKEND),
    ],
)
def test_a_day_is_expected_to_bring_what_the_calendar_says(
    day: date, expected: Expectation
) -> None:
    assert KNOWN.expectation(day) == expected


def test_a_monday_after_an_unknown_year_is_unknown() -> None:
    assert Calendar(frozenset({2029}), {}).expectation(date(2029, 1, 1)) == (
        Expectation.UNKNOWN_YEAR
    )


def test_a_holiday_is_called_by_its_name_also_on_the_day_after() -> None:
    assert KNOWN.holiday_name(LABOR_DAY + timedelta(days=1)) == "Labor Day"
    assert KNOWN.holiday_name(MONDAY) is None


@pytest.mark.django_db
def test_the_calendar_of_2026_is_known_from_the_start() -> None:
    assert calendar.expectation(date(2026, 11, 26)) == Expectation.HOLIDAY
    assert Holiday.objects.filter(day__year=2026).count() == 9


@pytest.mark.parametrize(
    ("hour_utc", "is_due", "is_late"),
    [(6, False, False), (7, True, False), (10, True, False), (11, True, True)],
)
def test_a_feed_is_due_at_two_and_late_at_six_eastern(
    hour_utc: int, is_due: bool, is_late: bool
) -> None:
    now = datetime(2026, 3, 2, hour_utc, tzinfo=UTC)
    assert (calendar.is_due(MONDAY, now), calendar.is_late(MONDAY, now)) == (is_due, is_late)


def test_summer_time_moves_the_hour_in_utc() -> None:
    assert calendar.is_due(date(2026, 7, 1), datetime(2026, 7, 1, 6, tzinfo=UTC))


def test_the_feed_day_turns_at_midnight_eastern() -> None:
    assert calendar.feed_day(datetime(2026, 3, 2, 4, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert calendar.feed_day(datetime(2026, 3, 2, 5, 0, tzinfo=UTC)) == MONDAY


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 3, 3, 6, tzinfo=UTC), MONDAY),
        (datetime(2026, 3, 3, 7, tzinfo=UTC), date(2026, 3, 3)),
        (datetime(2026, 3, 8, 12, tzinfo=UTC), date(2026, 3, 6)),
        (datetime(2026, 3, 2, 6, tzinfo=UTC), date(2026, 2, 27)),
    ],
)
def test_the_last_due_day_is_never_a_weekend(now: datetime, day: date) -> None:
    assert calendar.last_due_day(now, KNOWN) == day


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2026, 11, 30), None),
        (date(2026, 12, 1), 2027),
        (date(2027, 1, 1), 2027),
    ],
)
def test_next_years_calendar_is_asked_for_from_december(today: date, year: int | None) -> None:
    assert calendar.year_to_enter(today) == year
    assert (str(year) in calendar.warning(today)) is (year is not None)


@pytest.mark.django_db
def test_a_year_that_was_entered_is_not_asked_for() -> None:
    calendar.enter_year(2027, {date(2027, 1, 1): "New Year's Day"})
    assert calendar.warning(date(2026, 12, 24)) == ""


@pytest.mark.django_db
def test_entering_a_year_again_takes_the_place_of_what_was_there() -> None:
    calendar.enter_year(2026, {date(2026, 1, 1): "New Year's Day"})
    assert calendar.lines_of(2026) == "2026-01-01 New Year's Day"
    assert CalendarYear.objects.count() == 1


@pytest.mark.django_db
def test_a_year_as_lines_is_read_back_as_the_same_year() -> None:
    parsed = calendar.parse_lines(calendar.lines_of(2026), 2026)
    assert parsed.problems == []
    assert parsed.holidays == dict(Holiday.objects.values_list("day", "name"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2027-01-01\n\nfirst of May", "Line 3: “first” is not a date. Write it as 2027-01-01."),
        ("2026-12-31 Winter break", "Line 1: 2026-12-31 is not in 2027."),
        ("2027-01-01 a\n2027-01-01 b", "Line 2: 2027-01-01 stands there twice."),
        (
            "2027-05-01 May Day",
            "Line 1: 2027-05-01 is a Saturday, when arXiv never announces: leave it out.",
        ),
        ("2027-02-30 a", "Line 1: “2027-02-30” is not a date. Write it as 2027-01-01."),
        ("2027-01-01 " + "a" * 101, "Line 1: The name is longer than 100 characters."),
        (" \n", "Write at least one holiday: a year without any is not arXiv's."),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, problem: str) -> None:
    assert calendar.parse_lines(text, 2027).problems == [problem]


@pytest.mark.django_db
def test_a_holiday_on_a_sunday_excuses_mondays_batch() -> None:
    sunday = date(2027, 12, 26)
    calendar.enter_year(2027, calendar.parse_lines(f"{sunday} Winter break", 2027).holidays)
    assert calendar.expectation(sunday + timedelta(days=1)) == calendar.Expectation.HOLIDAY


def test_every_line_at_fault_is_named() -> None:
    assert len(calendar.parse_lines("one\ntwo\n2027-01-01", 2027).problems) == 2
