"""Whatever is done to a list, undoing it all leads back, and saves stay what a recount says."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papers.models import Paper, PaperStats
from readinglists import copying, entries, headings, history, keeping
from readinglists.entries import NewEntry
from readinglists.history import CannotUndoError
from readinglists.models import Entry, ListChange, ReadingList
from readinglists.positions import Gap, Spot, items_in_order
from tests.factories import make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db

PAPERS = 6

Step = tuple[str, int, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ("add", "remove", "move", "note", "tags", "heading", "rename", "shift", "drop", "undo")
        ),
        st.integers(0, 9),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=25,
)


class Play:
    """Takes a list through steps; each number picks one of what there is."""

    def __init__(self, papers: list[Paper]) -> None:
        self.reading_list = make_reading_list(owner=make_user())
        self.by = self.reading_list.owner
        self.papers = papers
        for step in (("add", 0, 0, 2), ("heading", 0, 1, 1), ("add", 3, 0, 2)):
            self.take(step)

    def take(self, step: Step) -> None:
        name, *numbers = step
        getattr(self, f"_{name}")(*numbers)

    def pick(self, number: int) -> Entry | None:
        rows = list(self.reading_list.entries.select_related("reading_list"))
        return rows[number % len(rows)] if rows else None

    def gap(self, number: int, side: int) -> Gap:
        spots = items_in_order(self.reading_list.pk)
        if not spots or side == 0:
            return Gap()
        spot: Spot = spots[number % len(spots)]
        return Gap(before=spot) if side % 2 else Gap(after=spot)

    def _add(self, a: int, b: int, count: int) -> None:
        ids = [self.papers[(a + n * (b + 1)) % PAPERS].pk for n in range(count % 3 + 1)]
        news = [NewEntry(pk, f"note {a}", ("t",)) for pk in ids]
        entries.add_many(self.reading_list, news, by=self.by)

    def _remove(self, a: int, b: int, _c: int) -> None:
        ids = [entry.pk for entry in (self.pick(a), self.pick(b)) if entry]
        entries.remove_many(self.reading_list, ids, by=self.by)

    def _move(self, a: int, b: int, side: int) -> None:
        if entry := self.pick(a):
            entries.move(entry, self.gap(b, side), by=self.by)

    def _note(self, a: int, b: int, _c: int) -> None:
        if entry := self.pick(a):
            entries.set_note(entry, f"note {b}", by=self.by, seen=entry.version)

    def _tags(self, a: int, b: int, _c: int) -> None:
        if entry := self.pick(a):
            entries.set_tags(entry, [f"tag {b}"], by=self.by, seen=entry.version)

    def _heading(self, a: int, b: int, side: int) -> None:
        headings.add_heading(self.reading_list, f"head {a}", by=self.by, gap=self.gap(b, side))

    def _on_heading(self, a: int, change: Callable[[Any], object]) -> None:
        heads = list(self.reading_list.headings.all())
        if heads:
            change(heads[a % len(heads)])

    def _rename(self, a: int, b: int, _c: int) -> None:
        self._on_heading(
            a, lambda h: headings.rename_heading(h, f"new {b}", by=self.by, seen=h.version)
        )

    def _shift(self, a: int, b: int, side: int) -> None:
        self._on_heading(a, lambda h: headings.move_heading(h, self.gap(b, side), by=self.by))

    def _drop(self, a: int, _b: int, _c: int) -> None:
        self._on_heading(a, lambda h: headings.remove_heading(h, by=self.by))

    def _undo(self, a: int, _b: int, _c: int) -> None:
        changes = list(self.reading_list.changes.all())
        if changes:
            # Undone already, or what it changed is gone.
            with suppress(CannotUndoError):
                history.undo(changes[a % len(changes)], self.by)

    def content(self) -> list[tuple[object, ...]]:
        made = {e.pk: e for e in self.reading_list.entries.all()}
        heads = {h.pk: h for h in self.reading_list.headings.all()}
        shown: list[tuple[object, ...]] = []
        for kind, pk in items_in_order(self.reading_list.pk):
            if kind == "e":
                shown.append((made[pk].paper_id, made[pk].note, tuple(made[pk].tags)))
            else:
                shown.append((heads[pk].title,))
        return shown


def undo_all(play: Play, since: int) -> None:
    """Undo what is newer than the change of that number, last first."""
    newer = list(ListChange.objects.filter(reading_list=play.reading_list, pk__gt=since))
    for change in newer:  # the newest first
        change.refresh_from_db()
        if change.undone_at is None and change.rows:
            history.undo(change, play.by)


def recounted(paper: Paper) -> int:
    kept = ReadingList.objects.kept().filter(entries__paper=paper)
    return kept.values("owner").distinct().count()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=STEPS, after=STEPS)
def test_undoing_everything_leads_back(before: list[Step], after: list[Step]) -> None:
    play = Play([make_paper() for _ in range(PAPERS)])
    for step in before:
        play.take(step)
    then = play.content()
    newest = play.reading_list.changes.values_list("pk", flat=True).first() or 0
    for step in after:
        if step[0] != "undo":  # what reaches behind `newest` would not be led back
            play.take(step)
    undo_all(play, newest)
    assert play.content() == then
    assert all(PaperStats.objects.get(paper=p).saves == recounted(p) for p in play.papers)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_any_order_of_undoing_keeps_order_and_counts(steps: list[Step]) -> None:
    play = Play([make_paper() for _ in range(PAPERS)])
    for step in steps:
        play.take(step)
    spots = items_in_order(play.reading_list.pk)
    keys = [
        *play.reading_list.entries.values_list("position", flat=True),
        *play.reading_list.headings.values_list("position", flat=True),
    ]
    assert len(set(keys)) == len(keys) == len(spots)
    copied = copying.copy_list(play.reading_list, make_user())
    assert [s.kind for s in items_in_order(copied.pk)] == [s.kind for s in spots]
    keeping.delete_list(play.reading_list)
    assert all(PaperStats.objects.get(paper=p).saves == recounted(p) for p in play.papers)
