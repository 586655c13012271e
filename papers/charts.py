"""Small charts of how a paper's numbers grew, as what a template needs to draw them.

Pure: it decides where lines go, never what they look like. Each number has a panel with a scale of
its own, since votes come in tens and stars in thousands; all panels share the days.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

# The units of a panel's viewBox; the template stretches it to the width there is.
WIDTH, HEIGHT, MARGIN = 1000, 100, 8
# Between snapshots further apart nobody knows what happened: drawn as a guess.
LONGEST_SURE = timedelta(days=7)
MOST_ROWS = 60

Point = tuple[date, int]


@dataclass(frozen=True, slots=True)
class Series:
    """One number's snapshots in order of days; a day without one is not in it.

    `is_certain`: nothing happened on the days between, which else nobody knows.
    """

    label: str
    points: Sequence[Point]
    is_certain: bool = False


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line of a panel as an SVG path; a guess where snapshots are far apart."""

    path: str
    is_guess: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """One series: its strokes, where its last snapshot lies, and both ends in numbers."""

    label: str
    strokes: tuple[Stroke, ...]
    end_x: int
    end_y: int
    first: Point
    last: Point


@dataclass(frozen=True, slots=True)
class Row:
    """All numbers seen on a day, in the order of the panels; None: not seen on that day."""

    day: date
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Panels over the days from `first_day` to `last_day`, and the same numbers, newest first.

    `is_cut`: there are days before those of `rows`, of which there are at most 60.
    """

    first_day: date
    last_day: date
    panels: tuple[Panel, ...]
    rows: tuple[Row, ...]
    is_cut: bool


def draw(series: Sequence[Series]) -> Chart | None:
    """Return the chart of all `series` that have a snapshot; None unless one has two of them."""
    drawn = [each for each in series if each.points]
    if all(len(each.points) < 2 for each in drawn):
        return None
    days = sorted({day for each in drawn for day, _value in each.points})
    first, last = days[0], days[-1]
    return Chart(
        first_day=first,
        last_day=last,
        panels=tuple(_panel(each, first, last) for each in drawn),
        rows=tuple(_rows(drawn, days[-MOST_ROWS:])),
        is_cut=len(days) > MOST_ROWS,
    )


def _panel(series: Series, first: date, last: date) -> Panel:
    values = [value for _day, value in series.points]
    low, high = min(values), max(values)
    places = [
        (_across((day - first).days, (last - first).days), _up(value - low, high - low))
        for day, value in series.points
    ]
    return Panel(
        label=series.label,
        strokes=tuple(_strokes(series, places)),
        end_x=places[-1][0],
        end_y=places[-1][1],
        first=series.points[0],
        last=series.points[-1],
    )


def _strokes(series: Series, places: Sequence[tuple[int, int]]) -> Iterator[Stroke]:
    """Snapshots that lie close together as one path, the gaps between such runs as guesses."""
    run = [places[0]]
    for ((before, _value), (day, _next)), (start, end) in zip(
        pairwise(series.points), pairwise(places), strict=True
    ):
        if day - before > LONGEST_SURE and not series.is_certain:
            if len(run) > 1:
                yield Stroke(_path(run), is_guess=False)
            yield Stroke(_path([start, end]), is_guess=True)
            run = []
        run.append(end)
    if len(run) > 1:
        yield Stroke(_path(run), is_guess=False)


def _path(places: Sequence[tuple[int, int]]) -> str:
    return "M" + " L".join(f"{x} {y}" for x, y in places)


def _across(days: int, all_days: int) -> int:
    return MARGIN + round((WIDTH - 2 * MARGIN) * days / max(all_days, 1))


def _up(above: int, spread: int) -> int:
    """From the top, as SVG counts; a number that never changed runs through the middle."""
    if spread == 0:
        return HEIGHT // 2
    return HEIGHT - MARGIN - round((HEIGHT - 2 * MARGIN) * above / spread)


def _rows(series: Sequence[Series], days: Sequence[date]) -> Iterator[Row]:
    seen = [dict(each.points) for each in series]
    for day in reversed(days):
        yield Row(day, tuple(each.get(day) for each in seen))
