"""The days that `date:` may name: a day, a month, a year, a span, a bound, or the last days.

Read more: docs/search.md.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

from django.utils.translation import gettext as _

from papers.search.tree import Dated, LastDays

LONGEST_LAST_DAYS = 36_500

_PERIOD = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?", re.ASCII)
_LAST = re.compile(
    r"last-?(?P<count>\d{1,5})(?P<unit>[dwmy])(?:ays?|eeks?|onths?|ears?)?", re.ASCII
)
_DAYS_IN = {"d": 1, "w": 7, "m": 30, "y": 365}
_BOUND = re.compile(r"(?P<sign>[<>]=?)(?P<period>.+)")


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included."""

    first: date
    last: date


def parse_days(text: str, *, today: date) -> tuple[Dated | LastDays, str]:
    """Return the days that `text` means, and a remark for the reader ("" for none).

    `today` decides what "yesterday" is. Raises ValueError, in words.
    """
    value = text.lower()
    if value == "today":
        return LastDays(1), ""
    if value == "yesterday":
        return Dated(today - timedelta(days=1), today - timedelta(days=1)), ""
    if match := _LAST.fullmatch(value):
        return LastDays(_days(match)), ""
    if match := _BOUND.fullmatch(value):
        return _bounded(match["sign"], _period(match["period"])), ""
    first, dots, last = value.partition("..")
    if not dots:
        period = _period(value)
        return Dated(period.first, period.last), ""
    return _span(first, last)


def _days(match: re.Match[str]) -> int:
    days = int(match["count"]) * _DAYS_IN[match["unit"]]
    if not 1 <= days <= LONGEST_LAST_DAYS:
        raise ValueError(_("that is no number of days"))
    return days


def _bounded(sign: str, period: Period) -> Dated:
    match sign:
        case ">=":
            return Dated(period.first, None)
        case "<=":
            return Dated(None, period.last)
        case ">":
            return Dated(_next_day(period.last, 1), None)
        case _:
            return Dated(None, _next_day(period.first, -1))


def _span(first: str, last: str) -> tuple[Dated, str]:
    if not first and not last:
        raise ValueError(_("it names no day"))
    since = _period(first) if first else None
    until = _period(last) if last else None
    if since and until and since.first > until.last:
        return Dated(until.first, since.last), _("the later day came first; both were exchanged")
    return Dated(since.first if since else None, until.last if until else None), ""


def _period(text: str) -> Period:
    match = _PERIOD.fullmatch(text)
    if not match:
        raise ValueError(_("it is no day such as 2026-03-01, no month such as 2026-03 and no year"))
    year = int(match["year"])
    if not MINYEAR <= year <= MAXYEAR:
        raise ValueError(_("there is no such year"))
    month = int(match["month"] or 1)
    if not 1 <= month <= 12:
        raise ValueError(_("there is no such month"))
    longest = calendar.monthrange(year, month)[1]
    if match["day"]:
        if not 1 <= int(match["day"]) <= longest:
            raise ValueError(_("there is no such day"))
        day = date(year, month, int(match["day"]))
        return Period(day, day)
    if match["month"]:
        return Period(date(year, month, 1), date(year, month, longest))
    return Period(date(year, 1, 1), date(year, 12, 31))


def _next_day(day: date, step: int) -> date:
    try:
        return day + timedelta(days=step)
    except OverflowError:
        raise ValueError(_("no day is beyond it")) from None
