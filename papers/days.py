"""Which days have a page: those whose trending lists are kept, else those with announcements.

It decides where a day in the calendar leads; never what its page shows.
"""

from calendar import Calendar, monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils.formats import date_format, get_format
from django.utils.translation import gettext as _

from papers.links import link
from papers.storable import DAYS_AHEAD, FIRST_DAY

_DAYS = """
SELECT day::date,
    EXISTS (SELECT 1 FROM papers_trendingday kept WHERE kept.day = days.day),
    EXISTS (SELECT 1 FROM papers_announcement made WHERE made.announced_on = days.day)
FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS days (day)
"""
_AROUND = """
SELECT
    greatest((SELECT max(day) FROM papers_trendingday WHERE day < %(first)s),
        (SELECT max(announced_on) FROM papers_announcement WHERE announced_on < %(first)s)),
    least((SELECT min(day) FROM papers_trendingday WHERE day > %(last)s),
        (SELECT min(announced_on) FROM papers_announcement WHERE announced_on > %(last)s))
"""


class NoSuchDayError(ValueError):
    """The message is in words for the reader."""


@dataclass(frozen=True, slots=True)
class MonthDay:
    """`address` is that of the day's page, "" where it has none."""

    day: date
    address: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks of a month, each seven days, None outside of it. `weekdays` is one of its days for
    each column; `previous` and `next` are the first days of the nearest months with papers."""

    first: date
    weeks: Sequence[Sequence[MonthDay | None]]
    weekdays: Sequence[date]
    previous: date | None
    next: date | None


def refuse_impossible(day: date, *, today: date) -> None:
    """Raise NoSuchDayError for a day that no paper can be of: what is stored has the same bounds
    (storable.py)."""
    if day > today + timedelta(days=DAYS_AHEAD):
        raise NoSuchDayError(_("%s has not come yet.") % date_format(day, "j F Y"))
    if day < FIRST_DAY:
        raise NoSuchDayError(_("There are no papers that old: arXiv began in August 1991."))


def read_month(day: date, *, today: date) -> Month:
    """Return the month that `day` is in; weeks begin as the language has it. Two queries."""
    first = day.replace(day=1)
    last = day.replace(day=monthrange(day.year, day.month)[1])
    addresses, (before, after) = _read(first, last, today)
    weeks = Calendar((get_format("FIRST_DAY_OF_WEEK") - 1) % 7).monthdatescalendar(
        first.year, first.month
    )
    return Month(
        first=first,
        weeks=[[_month_day(each, first, addresses, today) for each in week] for week in weeks],
        weekdays=weeks[0],
        previous=before and before.replace(day=1),
        next=after and after.replace(day=1),
    )


def _read(
    first: date, last: date, today: date
) -> tuple[Mapping[date, str], tuple[date | None, date | None]]:
    span = {"first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, span)
        addresses = {day: _address(day, kept, made, today) for day, kept, made in cursor.fetchall()}
        cursor.execute(_AROUND, span)
        before, after = cursor.fetchone()
    return addresses, (before, after)


def _address(day: date, is_kept: bool, is_announced: bool, today: date) -> str:
    if day == today:
        return link("papers:home")
    if is_kept and day < today:
        return link("papers:past_trending", day)
    return link("papers:new_by_day", day) if is_announced else ""


def _month_day(
    day: date, first: date, addresses: Mapping[date, str], today: date
) -> MonthDay | None:
    if day.month != first.month:
        return None
    return MonthDay(day, addresses.get(day, ""), is_today=day == today)
