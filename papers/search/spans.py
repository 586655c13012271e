"""A span of time as few of the index's terms: whole years, whole months, single days.

It decides which terms cover a span; never which day a paper has (schema.py).
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

# arXiv began in 1991; feeds and files tell of older papers, and of wrong years.
FIRST_YEAR, LAST_YEAR = 1900, 2100
FIRST_DAY, LAST_DAY = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
UNDATED = "undated"
_KEPT_DAYS = 4096


@lru_cache(_KEPT_DAYS)
def terms_of_day(day: date | None) -> tuple[str, ...]:
    """Return the terms of a paper of this day: the day, its month, its year."""
    if day is None:
        return (UNDATED,)
    day = min(max(day, FIRST_DAY), LAST_DAY)
    return (_day(day), _month(day), _year(day))


def terms_between(first: date | None, last: date | None) -> Iterator[str]:
    """Yield terms that the papers from `first` to `last`, both included, have one of.

    None: no bound. At most 22 + 60 terms besides one a year.
    """
    at = max(first or FIRST_DAY, FIRST_DAY)
    last = min(last or LAST_DAY, LAST_DAY)
    while at <= last:
        year_end, month_end = date(at.year, 12, 31), _month_end(at)
        if (at.month, at.day) == (1, 1) and year_end <= last:
            yield _year(at)
            end = year_end
        elif at.day == 1 and month_end <= last:
            yield _month(at)
            end = month_end
        else:
            yield _day(at)
            end = at
        at = end + timedelta(days=1)


def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _month(day: date) -> str:
    return f"{day.year:04}{day.month:02}"


def _year(day: date) -> str:
    return f"{day.year:04}"


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
