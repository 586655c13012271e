"""The last days of each category as people read them: on the status page, in the digest's foot.

It decides the words; what is said is what the ledger holds, never more. Read more: states.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from papers.calendar import Calendar, Expectation, read_calendar
from papers.models import Batch, Source

State = Batch.State
STRIP_DAYS = 30


@dataclass(frozen=True, slots=True)
class Cell:
    """One category on one day. `look` names its colour and shape: a state, or `came` (papers, but
    no total stated), or `no_record`."""

    day: date
    look: str
    words: str
    state: str = ""
    received: int = 0
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class CategoryStrip:
    """A category's days, oldest first."""

    category: str
    cells: Sequence[Cell]


def strip(*, categories: Sequence[str], days: int = STRIP_DAYS, today: date) -> list[CategoryStrip]:
    """Return the last `days` days up to `today` (a feed day) of each of `categories`.

    A day without a row is a weekend, a holiday, or is said to have no record. Three queries.
    """
    span = [today - timedelta(days=back) for back in reversed(range(days))]
    batches = _batches(categories, span)
    calendar = read_calendar()
    return [
        CategoryStrip(
            category, [_cell(day, batches.get((category, day)), calendar, today) for day in span]
        )
        for category in categories
    ]


def lines_for_digest(categories: Sequence[str], day: date) -> list[str]:
    """Return short sentences about the batches of `day` that are not known to be complete.

    Categories of which the same is to be said share a sentence; what no active daily feed
    reads is left out. Empty when there is nothing to say: all complete, holiday or weekend.
    """
    batches = _batches(categories, [day])
    expectation = read_calendar().expectation(day)
    read = set(
        Source.objects.filter(
            kind=Source.Kind.ARXIV_RSS, key__in=categories, is_active=True
        ).values_list("key", flat=True)
    )
    own, unstated, absent = [], [], []
    for category in (code for code in categories if code in read):
        batch = batches.get((category, day))
        if batch and batch.received and batch.expected is None:
            unstated.append(category)
        elif batch and batch.expected and batch.received < batch.expected:
            numbers = {"received": batch.received, "expected": batch.expected}
            own.append(f"{category}: " + _("%(received)s of %(expected)s so far.") % numbers)
        elif _is_absent(batch, expectation):
            absent.append(category)
    return (
        own
        + _together(_("nothing came so far"), absent)
        + _together(_("total not stated"), unstated)
    )


def _batches(categories: Iterable[str], days: Iterable[date]) -> Mapping[tuple[str, date], Batch]:
    rows = Batch.objects.filter(
        source__kind=Source.Kind.ARXIV_RSS, category__in=categories, announced_on__in=list(days)
    )
    return {(batch.category, batch.announced_on): batch for batch in rows.defer("problems")}


def _is_absent(batch: Batch | None, expectation: Expectation) -> bool:
    if batch is None:
        return expectation is Expectation.BATCH
    return batch.state in (State.LATE, State.UNKNOWN) and not batch.received


def _together(words: str, categories: Sequence[str]) -> list[str]:
    return [f"{', '.join(categories)}: {words}."] if categories else []


def _cell(day: date, batch: Batch | None, calendar: Calendar, today: date) -> Cell:
    if batch is None:
        return _cell_without_batch(day, calendar, is_today=day == today)
    look = "came" if batch.state == State.UNKNOWN and batch.received else batch.state
    return Cell(
        day=day,
        look=look,
        words=in_words(batch, calendar),
        state=batch.state,
        received=batch.received,
        expected=batch.expected,
    )


def _cell_without_batch(day: date, calendar: Calendar, *, is_today: bool) -> Cell:
    expectation = calendar.expectation(day)
    if expectation is Expectation.WEEKEND:
        return Cell(day, State.NONE_TODAY, _weekend(), State.NONE_TODAY)
    if expectation is Expectation.HOLIDAY:
        return Cell(day, State.HOLIDAY, _holiday(day, calendar), State.HOLIDAY)
    return Cell(day, "no_record", _("nothing so far") if is_today else _("no record"))


def in_words(batch: Batch, calendar: Calendar) -> str:
    """Say what is known of an arXiv batch: `received 95 of 108`, `holiday: Labor Day`."""
    if batch.received:
        return ", ".join(_counted(batch))
    day = batch.announced_on
    if batch.state == State.HOLIDAY:
        return _holiday(day, calendar)
    if batch.expected:
        words = _("late: none of %s came") if batch.state == State.LATE else _("none of %s so far")
        return words % batch.expected
    if batch.state == State.NONE_TODAY:
        is_weekend = calendar.expectation(day) is Expectation.WEEKEND
        return _weekend() if is_weekend else _("none today")
    if batch.state == State.LATE:
        return _("late: nothing came")
    if calendar.expectation(day) is Expectation.UNKNOWN_YEAR:
        return _("nothing came, calendar unknown")
    return _("nothing so far")


def _counted(batch: Batch) -> Iterable[str]:
    received, expected = batch.received, batch.expected
    if batch.recovered:
        numbers = {"received": received, "recovered": batch.recovered}
        yield _("%(received)s, of which %(recovered)s by the nightly repair") % numbers
        if expected is not None:
            yield _("of %s stated") % expected
    elif expected is not None:
        numbers = {"received": received, "expected": expected}
        yield _("received %(received)s of %(expected)s") % numbers
    else:
        yield _("received %s") % received
    if expected is None:
        yield _("total not stated")
    elif batch.state == State.COMPLETE:
        yield _("complete")
    if batch.rejected:
        yield ngettext("%s left out", "%s left out", batch.rejected) % batch.rejected


def _weekend() -> str:
    return _("none on weekends")


def _holiday(day: date, calendar: Calendar) -> str:
    name = calendar.holiday_name(day)
    return _("holiday: %s") % name if name else _("holiday")
