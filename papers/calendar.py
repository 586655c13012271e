"""arXiv's calendar: on which day a batch is expected, and from which hour on it is late.

A day here is the day D of a feed, Monday to Friday in US Eastern time: its batch was announced at
20:00 the evening before, and the feeds are rebuilt at midnight. Never says that a batch came.
Source: https://info.arxiv.org/help/availability.html; read more: docs/decisions.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from papers.models import CalendarYear, Holiday

# arXiv's day begins at midnight US Eastern, when its feeds are rebuilt.
EASTERN = ZoneInfo("America/New_York")
# Rebuilding takes a while, and has taken hours on bad nights.
DUE_FROM = time(2, 0)
LATE_FROM = time(6, 0)
SATURDAY = 5
# Next year's calendar is asked for from this month on.
ASKING_MONTH = 12
LONGEST_NAME = 100

# The years that the site knows from the start (info.arxiv.org/help/availability.html, 2026-11).
YEARS_GIVEN = {
    2026: {
        date(2026, 1, 1): "New Year's Day",
        date(2026, 1, 19): "Martin Luther King Jr. Day",
        date(2026, 6, 19): "Juneteenth",
        date(2026, 7, 3): "Independence Day",
        date(2026, 9, 7): "Labor Day",
        date(2026, 11, 26): "Thanksgiving",
        date(2026, 12, 25): "Christmas",
        date(2026, 12, 29): "Winter break",
        date(2026, 12, 31): "Winter break",
    }
}

_DAY = timedelta(days=1)


class Expectation(StrEnum):
    """What the calendar says of one day."""

    BATCH = "batch"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    UNKNOWN_YEAR = "unknown_year"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The holidays by the date of the evening without an announcement, and the years known."""

    years: frozenset[int]
    holidays: Mapping[date, str]

    def expectation(self, day: date) -> Expectation:
        """Say what is expected on the feed day `day`.

        arXiv states a holiday by the evening; whether its feed is empty on that date or on the
        day after is read both ways, so that either is excused.
        """
        if day.weekday() >= SATURDAY:
            return Expectation.WEEKEND
        if self.holiday_name(day) is not None:
            return Expectation.HOLIDAY
        if not {day.year, (day - _DAY).year} <= self.years:
            return Expectation.UNKNOWN_YEAR
        return Expectation.BATCH

    def holiday_name(self, day: date) -> str | None:
        """Return the holiday that excuses the feed day `day`, "" when it has no name, or None."""
        name = self.holidays.get(day)
        return self.holidays.get(day - _DAY) if name is None else name


def read_calendar() -> Calendar:
    """Return the calendar as administrators entered it. Two queries."""
    return Calendar(
        years=frozenset(CalendarYear.objects.values_list("year", flat=True)),
        holidays=dict(Holiday.objects.values_list("day", "name")),
    )


def expectation(day: date) -> Expectation:
    """As `Calendar.expectation`, for a single day."""
    return read_calendar().expectation(day)


def feed_day(now: datetime) -> date:
    """Return the day whose feeds arXiv serves at `now`."""
    return now.astimezone(EASTERN).date()


def is_due(day: date, now: datetime) -> bool:
    """Whether the feed of `day` should be there at `now`, if the calendar has one that day."""
    return now >= datetime.combine(day, DUE_FROM, EASTERN)


def is_late(day: date, now: datetime) -> bool:
    """Whether a batch of `day` that has not come by `now` is late."""
    return now >= datetime.combine(day, LATE_FROM, EASTERN)


def last_due_day(now: datetime, calendar: Calendar) -> date:
    """Return the newest day, up to `now`, whose feed should be there; weekends have none."""
    day = feed_day(now)
    while not is_due(day, now) or calendar.expectation(day) is Expectation.WEEKEND:
        day -= _DAY
    return day


def year_to_enter(today: date) -> int | None:
    """Return a year whose calendar administrators should enter now; None: none is missing.

    This year's at any time, next year's from 1 December on.
    """
    wanted = [today.year] + ([today.year + 1] if today.month >= ASKING_MONTH else [])
    known = set(CalendarYear.objects.filter(year__in=wanted).values_list("year", flat=True))
    return next((year for year in wanted if year not in known), None)


def warning(today: date) -> str:
    """Return what administrators should be told about the calendar; "" when it is in order."""
    year = year_to_enter(today)
    if year is None:
        return ""
    return _(
        "arXiv's holidays of %(year)s are not entered: on its days without papers nobody can say "
        "whether they are late."
    ) % {"year": year}


def lines_of(year: int) -> str:
    """Return the holidays of `year` as text, a line each: `2027-01-01 New Year's Day`."""
    rows = Holiday.objects.filter(day__year=year).order_by("day")
    return "\n".join(f"{row.day} {row.name}".rstrip() for row in rows)


@dataclass(frozen=True, slots=True)
class ParsedYear:
    """The holidays that were read, and one sentence for each line that could not be."""

    holidays: dict[date, str]
    problems: list[str]


def parse_lines(text: str, year: int) -> ParsedYear:
    """Read the holidays of `year` from lines as `lines_of` writes them; empty lines do not count.

    A year without any holiday is a problem too: arXiv has none such.
    """
    parsed = ParsedYear({}, [])
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            day, name = _parse_line(line.strip(), year)
            if day in parsed.holidays:
                raise ValueError(_("%s stands there twice.") % day)
        except ValueError as error:
            words = {"number": number, "problem": error}
            parsed.problems.append(_("Line %(number)s: %(problem)s") % words)
        else:
            parsed.holidays[day] = name
    if not parsed.holidays and not parsed.problems:
        parsed.problems.append(_("Write at least one holiday: a year without any is not arXiv's."))
    return parsed


def _parse_line(line: str, year: int) -> tuple[date, str]:
    text, _space, name = line.partition(" ")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            _("“%(text)s” is not a date. Write it as %(year)s-01-01.")
            % {"text": text[:40], "year": year}
        ) from None
    if day.year != year:
        raise ValueError(_("%(day)s is not in %(year)s.") % {"day": day, "year": year})
    # Sunday's evening is Monday's batch, Friday's and Saturday's are nobody's.
    if day.weekday() == SATURDAY:
        raise ValueError(_("%s is a Saturday, when arXiv never announces: leave it out.") % day)
    name = " ".join(name.replace("\x00", "").split())
    if len(name) > LONGEST_NAME:
        raise ValueError(_("The name is longer than %s characters.") % LONGEST_NAME)
    return day, name


@transaction.atomic
def enter_year(year: int, holidays: Mapping[date, str]) -> None:
    """Store `holidays` as all the holidays of `year`, which is known from now on."""
    CalendarYear.objects.get_or_create(year=year)
    Holiday.objects.filter(day__year=year).delete()
    Holiday.objects.bulk_create(Holiday(day=day, name=name) for day, name in holidays.items())


def enter_years_given(**_signal: Any) -> None:
    """Enter the years that come with the site where they are missing (receiver of post_migrate)."""
    known = set(CalendarYear.objects.values_list("year", flat=True))
    for year, holidays in YEARS_GIVEN.items():
        if year not in known:
            enter_year(year, holidays)
