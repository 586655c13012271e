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
from papers.numerals import grouped

State = Batch.State
STRIP_DAYS = 30
CAME = "came"
NO_RECORD = "no_record"


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind of day looks: the name of its colour and shape, its sign, its meaning."""

    name: str
    sign: str
    meaning: str


def looks() -> dict[str, Look]:
    """Return every look a cell may have, by name, in the order of the legend."""
    every = [
        Look(State.COMPLETE, "✓", _("complete: as many came as were stated")),
        Look(CAME, "·", _("papers came, their total was not stated")),
        Look(State.PARTIAL, "½", _("partial: fewer came than were stated")),
        Look(State.LATE, "!", _("late: nothing came")),
        Look(State.HOLIDAY, "H", _("holiday")),
        Look(State.NONE_TODAY, "\N{EN DASH}", _("none that day: a weekend, or stated as none")),
        Look(State.UNKNOWN, "?", _("nothing so far, or the calendar is unknown")),
        Look(NO_RECORD, "", _("no record: not read on that day")),
    ]
    return {look.name: look for look in every}


@dataclass(frozen=True, slots=True)
class Cell:
    """One category on one day; `state` is "" where the ledger has no row."""

    day: date
    look: Look
    words: str
    state: str = ""
    received: int = 0
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class CategoryStrip:
    """A category's days, oldest first."""

    category: str
    cells: Sequence[Cell]

    @property
    def newest(self) -> Cell | None:
        """The last day that is more than a weekend or a day without a record."""
        said = (c for c in reversed(self.cells) if c.state not in ("", State.NONE_TODAY))
        return next(said, None)


def strip(*, categories: Sequence[str], days: int = STRIP_DAYS, today: date) -> list[CategoryStrip]:
    """Return the last `days` days up to `today` (a feed day) of each of `categories`.

    A day without a row is a weekend, a holiday, or is said to have no record. Three queries.
    """
    span = [today - timedelta(days=back) for back in reversed(range(days))]
    batches = _batches(categories, span)
    maker = _CellMaker(read_calendar(), looks(), today)
    return [
        CategoryStrip(category, [maker.cell(day, batches.get((category, day))) for day in span])
        for category in categories
    ]


def lines_for_digest(categories: Sequence[str], day: date) -> list[str]:
    """Return short sentences about the batches of `day` that are not known to be complete.

    Categories of which the same is to be said share a sentence; what no active daily feed
    reads is left out. Empty when there is nothing to say: all complete, holiday or weekend.
    """
    own, unstated, absent = [], [], []
    expectation = read_calendar().expectation(day)
    for category, batch in _batches_read(categories, day):
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


def is_all_here(categories: Sequence[str], day: date) -> bool:
    """Whether no paper of the batches of `day` is known to be missing, and none still to come.

    A batch of which nobody stated the total counts as here once some of it came.
    """
    expectation = read_calendar().expectation(day)
    return not any(
        (batch and batch.expected and batch.received < batch.expected)
        or _is_absent(batch, expectation)
        for _category, batch in _batches_read(categories, day)
    )


def _batches_read(categories: Sequence[str], day: date) -> list[tuple[str, Batch | None]]:
    """The batch of each category that an active daily feed reads; None: nothing is known of it."""
    batches = _batches(categories, [day])
    feeds = Source.objects.filter(kind=Source.Kind.ARXIV_RSS, key__in=categories, is_active=True)
    read = set(feeds.values_list("key", flat=True))
    return [(code, batches.get((code, day))) for code in categories if code in read]


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


@dataclass(frozen=True, slots=True)
class _CellMaker:
    calendar: Calendar
    looks: Mapping[str, Look]
    today: date

    def cell(self, day: date, batch: Batch | None) -> Cell:
        if batch is None:
            return self._without_batch(day)
        came_unstated = batch.state == State.UNKNOWN and batch.received
        return Cell(
            day=day,
            look=self.looks[CAME if came_unstated else batch.state],
            words=in_words(batch, self.calendar),
            state=batch.state,
            received=batch.received,
            expected=batch.expected,
        )

    def _without_batch(self, day: date) -> Cell:
        expectation = self.calendar.expectation(day)
        if expectation is Expectation.WEEKEND:
            return Cell(day, self.looks[State.NONE_TODAY], _weekend(), State.NONE_TODAY)
        if expectation is Expectation.HOLIDAY:
            words = _holiday(day, self.calendar)
            return Cell(day, self.looks[State.HOLIDAY], words, State.HOLIDAY)
        words = _("nothing so far") if day == self.today else _("no record")
        return Cell(day, self.looks[NO_RECORD], words)


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
        numbers = {"received": grouped(received), "recovered": grouped(batch.recovered)}
        yield _("%(received)s, of which %(recovered)s by the nightly repair") % numbers
        if expected is not None:
            yield _("of %s stated") % grouped(expected)
    elif expected is not None:
        numbers = {"received": grouped(received), "expected": grouped(expected)}
        if batch.state == State.COMPLETE:
            yield _("complete, %(received)s of %(expected)s") % numbers
        else:
            yield _("received %(received)s of %(expected)s") % numbers
    else:
        yield _("received %s") % grouped(received)
    if expected is None:
        yield _("total not stated")
    elif batch.recovered and batch.state == State.COMPLETE:
        yield _("complete")
    if batch.rejected:
        yield ngettext("%s left out", "%s left out", batch.rejected) % grouped(batch.rejected)


def _weekend() -> str:
    return _("none on weekends")


def _holiday(day: date, calendar: Calendar) -> str:
    name = calendar.holiday_name(day)
    return _("holiday: %s") % name if name else _("holiday")
