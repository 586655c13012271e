"""How fast upvotes fall off with age: the exponent of (1 + age)^-exponent, in announcements.

A paper's upvotes, seen a few times, are shared out over the times between; the exponent is the one
under which the shares are likeliest (each paper has a scale of its own, which falls out). The
month's list shows the most upvoted only, so what happened until then is used of those papers alone
that it shows whatever happened: they had its least number of upvotes on their first evening.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from benchmarks.recorded_days import (
    DAY,
    MONTH,
    WEEK,
    Record,
    Seen,
    listing_days,
    midnight,
    month_of,
)
from benchmarks.site import print_table

EXPONENTS = np.arange(0.5, 4.0, 0.01)
DRAWS = 1000
LONGEST = 45  # days followed
ROUND = 2.0  # the exponent of the table
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Growth:
    """Upvotes (with 0 before the first) at whole days since the paper was listed."""

    listed_on: date
    days: tuple[int, ...]
    upvotes: tuple[int, ...]

    @property
    def gains(self) -> Floats:
        return np.maximum(np.diff(np.array(self.upvotes, np.float64)), 0)

    def part(self, start: int, end: int) -> "Growth":
        return Growth(self.listed_on, self.days[start:end], self.upvotes[start:end])


def growths(record: Record) -> tuple[list[Growth], list[Growth]]:
    """Return every paper until the Monday after its listing, and those sure of the month's list
    until that was captured."""
    week, month = [], []
    for paper_id, listed_on in listing_days(record).items():
        growth = _growth(listed_on, record.history.get(paper_id, ()), {DAY, WEEK})
        if growth is None:
            continue
        week.append(growth)
        whole = record.months.get(month_of(listed_on))
        if whole and growth.upvotes[1] >= whole.least and paper_id in whole.upvotes:
            longer = _growth(listed_on, record.history[paper_id], {DAY, WEEK, MONTH})
            month += [longer] if longer else []
    return week, month


def _growth(listed_on: date, seen: Sequence[Seen], feeds: set[str]) -> Growth | None:
    """Only what was captured as a day began counts, so that whole days lie between."""
    at = {0: 0}
    for sight in seen:
        since = sight.at - midnight(listed_on)
        if sight.feed in feeds and 0 < since.days <= LONGEST and since.seconds < 3600:
            at[since.days] = max(sight.upvotes, at.get(since.days, 0))
    if 1 not in at:
        return None
    return Growth(listed_on, tuple(sorted(at)), tuple(at[day] for day in sorted(at)))


def usual(weekday: int, exponents: Floats) -> Floats:
    """Usual gain until each whole day since a listing on that weekday, for each exponent."""
    from papers.ranking import batch_number

    monday = date(2024, 1, 1)
    listed_on = monday + timedelta(weekday)
    ages = [
        batch_number(listed_on + timedelta(day)) - batch_number(listed_on) for day in range(LONGEST)
    ]
    a_day = (1 + np.array(ages, np.float64))[:, None] ** -exponents
    return np.vstack([np.zeros(len(exponents)), a_day.cumsum(axis=0)])


def fit(found: Sequence[Growth]) -> tuple[float, float, float]:
    """Return the exponent and its 95 % interval, listing days drawn anew."""
    tables = [usual(weekday, EXPONENTS) for weekday in range(7)]
    by_day: dict[date, Floats] = {}
    for growth in found:
        expected = np.diff(tables[growth.listed_on.weekday()][list(growth.days)], axis=0)
        likely = growth.gains @ np.log(expected / expected.sum(axis=0))
        by_day[growth.listed_on] = by_day.get(growth.listed_on, 0) + likely
    days = np.array(list(by_day.values()))
    drawn = np.random.default_rng(1).integers(0, len(days), (DRAWS, len(days)))
    best = [float(EXPONENTS[days[draw].sum(axis=0).argmax()]) for draw in drawn]
    low, high = np.percentile(best, [2.5, 97.5])
    return float(EXPONENTS[days.sum(axis=0).argmax()]), float(low), float(high)


def shares(found: Sequence[Growth]) -> list[tuple[str, ...]]:
    """By the day until which a gain was made: observed upvotes, and those the round exponent
    gives when each paper's whole is shared out by it."""
    tables = [usual(weekday, np.array([ROUND])) for weekday in range(7)]
    classes = ((1, "first day"), (4, "to day 4"), (7, "to day 7"), (14, "to day 14"), (45, "later"))
    sums = {label: np.zeros(2) for _end, label in classes}
    for growth in found:
        expected = np.diff(tables[growth.listed_on.weekday()][list(growth.days), 0])
        expected *= growth.gains.sum() / expected.sum()
        for end, gain, usual_gain in zip(growth.days[1:], growth.gains, expected, strict=True):
            label = next(label for last, label in classes if end <= last)
            sums[label] += (gain, usual_gain)
    return [
        (label, f"{got:.0f}", f"{told:.0f}", f"{got / told:.2f}")
        for label, (got, told) in sums.items()
        if told
    ]


def print_curve(record: Record) -> None:
    week, month = growths(record)
    groups = {
        "all, to the next Monday": [growth for growth in week if len(growth.days) > 2],
        "sure of the month's list, to its end": [g for g in month if len(g.days) > 2],
        "the same without the first day": [
            g.part(1, len(g.days)) for g in month if len(g.days) > 3
        ],
    }
    rows: list[tuple[str, ...]] = []
    for label, found in groups.items():
        exponent, low, high = fit(found)
        rows.append((label, f"{len(found):,}", f"{exponent:.2f}", f"{low:.2f} to {high:.2f}"))
    print("\nUpvotes a day fall as (1 + age in announcements)^-exponent")
    print_table(("papers", "n", "exponent", "95 %"), rows)
    print(f"\nWhat papers sure of the month's list gained, and what exponent {ROUND:g} says")
    print_table(("gained until", "upvotes", f"exponent {ROUND:g}", "ratio"), shares(month))
    print(f"\nYet to come for each upvote had, by exponent {ROUND:g}; batches a tenfold from there")
    print_table(("age", "yet to come", "batches a tenfold"), _yet_to_come())


def _yet_to_come() -> list[tuple[str, ...]]:
    gains = (1.0 + np.arange(10_000)) ** -ROUND
    had = gains.cumsum()
    ratio = (had[-1] - had[:20]) / had[:20]
    steps = 1 / np.log10(ratio[:-1] / ratio[1:])
    return [
        (str(age), f"{ratio[age - 1]:.3f}", f"{steps[age - 1]:.1f}") for age in (1, 2, 3, 5, 10)
    ]
