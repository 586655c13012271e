"""How many papers came in each month, as what a template needs to draw them.

Pure: it decides where bars stand, never what they look like. The same counts are its table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from papers.search.facets import FacetCount

# The units of the viewBox; the template stretches it to the width there is.
WIDTH, HEIGHT = 1000, 100
# Of each month's place, what its bar takes.
_BAR_SHARE = 0.8
MOST_MONTHS = 60


@dataclass(frozen=True, slots=True)
class Month:
    """`first_on` is its first day, `count` how many papers came in it."""

    first_on: date
    count: int


@dataclass(frozen=True, slots=True)
class Months:
    """The bars of `months`, which follow each other from the oldest, as SVG paths.

    `last_bar` is the month that has not ended, "" where nothing came in it yet. `most` is the
    month with the most papers, the latest of equal ones. `is_cut`: there were papers before.
    """

    months: tuple[Month, ...]
    bars: str
    last_bar: str
    most: Month
    is_cut: bool

    @property
    def newest_first(self) -> tuple[Month, ...]:
        """The months with papers, for the table."""
        return tuple(month for month in reversed(self.months) if month.count)


def chart_months(counted: Iterable[FacetCount], *, today: date) -> Months | None:
    """Return the chart of the last sixty months, this one among them; None where papers came in
    fewer than two of them. `counted` are months as the facets of a search write them: 2026-03."""
    counts = {_number(each.value): each.count for each in counted}
    now = today.year * 12 + today.month - 1
    shown = [number for number in counts if now - MOST_MONTHS < number <= now]
    if len(shown) < 2:
        return None
    months = [_month(number, counts.get(number, 0)) for number in range(min(shown), now + 1)]
    most = max(reversed(months), key=lambda month: month.count)
    bars = [_bar(at, len(months), month.count, most.count) for at, month in enumerate(months)]
    return Months(
        months=tuple(months),
        bars="".join(bars[:-1]),
        last_bar=bars[-1],
        most=most,
        is_cut=min(counts) < min(shown),
    )


def _number(month: str) -> int:
    year, _hyphen, number = month.partition("-")
    return int(year) * 12 + int(number) - 1


def _month(number: int, count: int) -> Month:
    year, month = divmod(number, 12)
    return Month(date(year, month + 1, 1), count)


def _bar(at: int, of: int, count: int, most: int) -> str:
    """From the bottom up; one paper among thousands still shows."""
    if not count:
        return ""
    place = WIDTH / of
    width = round(place * _BAR_SHARE, 1)
    height = max(round(HEIGHT * count / most, 1), 2)
    return f"M{place * at + (place - width) / 2:.1f} {HEIGHT}v{-height}h{width}v{height}z"
