import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from papers.models import Paper
from readinglists import copying, entries, history
from readinglists.entries import NewEntry
from readinglists.models import Entry, ListChange, ReadingList
from tests.factories import make_entry, make_paper, make_reading_list

pytestmark = pytest.mark.django_db


def make_twins(*, note: str = "there", tags: tuple[str, ...] = ()) -> tuple[Entry, Entry]:
    """An entry that is to move, and the one of its paper in another list of its owner's."""
    moving = make_entry(note="mine")
    target = make_reading_list(owner=moving.reading_list.owner)
    entries.add_many(target, [NewEntry(moving.paper_id, note, tags)], by=None)
    return moving, target.entries.get()


def move(moving: Entry, target: ReadingList) -> tuple[ListChange | None, ListChange | None]:
    source = moving.reading_list
    return copying.move_entries(source, [moving.pk], target, by=source.owner)


def test_a_paper_moved_to_where_it_is_already_brings_its_note_along() -> None:
    moving, twin = make_twins()
    removed, brought = move(moving, twin.reading_list)
    assert Entry.objects.get() == twin
    twin.refresh_from_db()
    assert (twin.note, twin.version) == ("there\n\nmine", 2)
    assert removed is not None
    assert brought is not None
    assert brought.kind == "brought"
    assert [(row["before"]["note"], row["after"]["note"]) for row in brought.rows] == [
        ("there", "there\n\nmine")
    ]


def test_undoing_such_a_move_parts_the_notes_again() -> None:
    moving, twin = make_twins()
    for change in move(moving, twin.reading_list):
        assert change is not None
        history.undo(change, moving.reading_list.owner)
    notes = Entry.objects.order_by("pk").values_list("pk", "note")
    assert list(notes) == [(moving.pk, "mine"), (twin.pk, "there")]


def test_the_tags_of_both_are_kept() -> None:
    numbered = tuple(f"t{n}" for n in range(19))
    moving, twin = make_twins(tags=numbered)
    Entry.objects.filter(pk=moving.pk).update(tags=["T0", "new", "one more"])
    move(moving, twin.reading_list)
    assert Entry.objects.get().tags == [*numbered, "new", "one more"]


def test_the_same_note_on_both_stands_once_and_changes_nothing() -> None:
    moving, twin = make_twins(note="mine")
    removed, brought = move(moving, twin.reading_list)
    assert removed is not None
    assert brought is None
    assert Entry.objects.get().version == 1


def test_a_move_of_new_papers_and_known_ones_is_one_change_of_the_target() -> None:
    moving, twin = make_twins()
    source, target = moving.reading_list, twin.reading_list
    other = make_entry(reading_list=source, note="other")
    _removed, brought = copying.move_entries(source, [moving.pk, other.pk], target, by=source.owner)
    assert brought is not None
    assert (brought.kind, len(brought.rows)) == ("brought", 2)
    assert list(target.entries.values_list("note", flat=True)) == ["there\n\nmine", "other"]
    assert not source.entries.exists()
    history.undo(brought, source.owner)
    assert target.entries.get().note == "there"


def test_a_copy_leaves_what_is_there_as_it_is() -> None:
    moving, twin = make_twins()
    by = moving.reading_list.owner
    assert copying.copy_entries(moving.reading_list, [moving.pk], twin.reading_list, by=by) is None
    twin.refresh_from_db()
    assert twin.note == "there"


def test_many_that_are_there_already_cost_as_few_queries_as_few(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    def make_both(size: int) -> tuple[ReadingList, ReadingList]:
        source = make_reading_list()
        target = make_reading_list(owner=source.owner)
        papers: list[Paper] = [make_paper() for _ in range(size)]
        for each, note in ((source, "mine"), (target, "there")):
            entries.add_many(each, [NewEntry(paper.pk, note) for paper in papers], by=None)
        return source, target

    (few, few_to), (many, many_to) = make_both(2), make_both(20)
    of_few, of_many = (list(each.entries.values_list("pk", flat=True)) for each in (few, many))
    with CaptureQueriesContext(connection) as queries:
        copying.move_entries(few, of_few, few_to, by=few.owner)
    with django_assert_num_queries(len(queries)):
        copying.move_entries(many, of_many, many_to, by=many.owner)
    assert many_to.entries.filter(note="there\n\nmine").count() == 20
