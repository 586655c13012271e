from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papers import merging
from papers.models import PaperStats
from readinglists import copying, entries, headings, history, keeping
from readinglists.changing import EditConflictError
from readinglists.entries import NewEntry
from readinglists.history import CannotUndoError
from readinglists.models import Entry, Heading, ListChange, ReadingList
from readinglists.positions import Gap
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def content(reading_list: ReadingList) -> dict[str, object]:
    """All that a reader sees of a list, in its order."""
    reading_list = ReadingList.objects.get(pk=reading_list.pk)
    return {
        "title": reading_list.title,
        "description": reading_list.description,
        "entries": list(
            reading_list.entries.values_list("pk", "paper", "note", "tags", "position", "added_at")
        ),
        "headings": list(reading_list.headings.values_list("pk", "title", "position")),
    }


def make_list() -> ReadingList:
    reading_list = make_reading_list()
    headings.add_heading(reading_list, "First", by=None)
    for title in ("a", "b", "c"):
        make_entry(reading_list=reading_list, paper=make_paper(title=title), note=f"on {title}")
    return reading_list


def first(reading_list: ReadingList) -> Entry:
    return reading_list.entries.select_related("reading_list").order_by("position")[0]


CHANGES: dict[str, Callable[[ReadingList], object]] = {
    "add": lambda each: entries.add(each, make_paper(), by=each.owner),
    "add many": lambda each: entries.add_many(
        each, [NewEntry(make_paper().pk, "a note", ("t",)) for _ in range(3)], by=each.owner
    ),
    "remove": lambda each: entries.remove(first(each), by=each.owner),
    "remove many": lambda each: entries.remove_many(
        each, each.entries.values_list("pk", flat=True), by=each.owner
    ),
    "move": lambda each: entries.move(each.entries.last(), Gap(), by=each.owner),  # type: ignore[arg-type]
    "note": lambda each: entries.set_note(first(each), "new", by=each.owner, seen=2),
    "tags": lambda each: entries.set_tags(first(each), ["x", "y"], by=each.owner, seen=2),
    "tag many": lambda each: entries.tag_many(
        each, each.entries.values_list("pk", flat=True), ["x"], by=each.owner
    ),
    "details": lambda each: keeping.set_details(
        each, {"title": "Other", "description": "New"}, by=each.owner, seen=1
    ),
    "heading": lambda each: headings.add_heading(each, "Second", by=each.owner),
    "rename heading": lambda each: headings.rename_heading(
        each.headings.get(), "Other", by=each.owner, seen=1
    ),
    "move heading": lambda each: headings.move_heading(
        each.headings.get(), Gap(after=None), by=each.owner
    ),
    "remove heading": lambda each: headings.remove_heading(each.headings.get(), by=each.owner),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_can_be_undone_and_done_again(name: str) -> None:
    reading_list = make_list()
    before = content(reading_list)
    CHANGES[name](reading_list)
    after = content(reading_list)
    change = ListChange.objects.first()
    assert change is not None
    assert change.user == reading_list.owner
    undone = history.undo(change, reading_list.owner)
    assert content(reading_list) == before
    assert undone.left == []
    history.undo(undone.change, reading_list.owner)
    assert {**content(reading_list), "entries": None} == {**after, "entries": None}
    assert len(content(reading_list)["entries"]) == len(after["entries"])  # type: ignore[arg-type]


def test_undoing_twice_is_refused() -> None:
    reading_list = make_list()
    change = entries.remove(first(reading_list), by=None)
    assert change is not None
    history.undo(change, reading_list.owner)
    with pytest.raises(CannotUndoError):
        history.undo(change, reading_list.owner)


def test_who_undid_the_undoing_can_undo_the_change_once_more() -> None:
    reading_list = make_list()
    change = entries.remove(first(reading_list), by=None)
    assert change is not None
    undone = history.undo(change, reading_list.owner)
    history.undo(undone.change, reading_list.owner)
    assert reading_list.entries.count() == 2
    history.undo(change, reading_list.owner)
    assert reading_list.entries.count() == 3


def test_a_note_written_since_is_kept_in_the_history() -> None:
    reading_list = make_list()
    entry = first(reading_list)
    change = entries.set_note(entry, "second", by=None, seen=2)
    entries.set_note(entry, "third", by=None, seen=3)
    assert change is not None
    undone = history.undo(change, reading_list.owner)
    assert Entry.objects.get(pk=entry.pk).note == "on a"
    assert undone.change.rows[0]["before"] == {"note": "third"}
    assert "written there since is replaced" in undone.left[0]
    again = history.undo(undone.change, reading_list.owner)
    assert (Entry.objects.get(pk=entry.pk).note, again.left) == ("third", [])


def test_a_note_of_what_was_removed_since_cannot_be_put_back() -> None:
    reading_list = make_list()
    entry = first(reading_list)
    change = entries.set_note(entry, "second", by=None, seen=2)
    entries.remove(entry, by=None)
    assert change is not None
    with pytest.raises(CannotUndoError, match="undo its removal first"):
        history.undo(change, reading_list.owner)


def test_what_was_added_again_since_stays_as_it_is() -> None:
    reading_list = make_list()
    ids = list(reading_list.entries.values_list("pk", flat=True))
    paper = first(reading_list).paper
    change = entries.remove_many(reading_list, ids, by=None)
    entries.add_many(reading_list, [NewEntry(paper.pk, "anew")], by=None)
    assert change is not None
    undone = history.undo(change, reading_list.owner)
    assert reading_list.entries.count() == 3
    assert reading_list.entries.get(paper=paper).note == "anew"
    assert len(undone.left) == 1


def test_undoing_a_removal_counts_the_save_again() -> None:
    entry = make_entry()
    change = entries.remove(entry, by=None)
    assert change is not None
    history.undo(change, make_user())
    assert PaperStats.objects.get(paper=entry.paper).saves == 1


def test_a_paper_merged_since_comes_back_as_the_one_that_stayed() -> None:
    entry, kept = make_entry(paper=make_paper(arxiv_id=None)), make_paper()
    change = entries.remove(entry, by=None)
    merging.merge(kept.pk, entry.paper_id)
    assert change is not None
    history.undo(change, make_user())
    assert Entry.objects.get().paper == kept


def test_a_list_in_the_bin_is_not_undone_in() -> None:
    entry = make_entry()
    change = entries.set_note(entry, "x", by=None, seen=1)
    keeping.delete_list(entry.reading_list)
    assert change is not None
    with pytest.raises(ReadingList.DoesNotExist):
        history.undo(change, make_user())


def test_history_is_kept_for_a_year() -> None:
    make_list()
    old, *_rest = ListChange.objects.all()
    ListChange.objects.filter(pk=old.pk).update(changed_at=timezone.now() - timedelta(days=366))
    assert history.forget_old(now=timezone.now()) == 1
    assert not ListChange.objects.filter(pk=old.pk).exists()


def test_two_who_write_one_note_lose_neither_text() -> None:
    entry = make_entry(note="first")
    entries.set_note(entry, "theirs", by=None, seen=entry.version)
    with pytest.raises(EditConflictError) as caught:
        entries.set_note(entry, "mine", by=None, seen=entry.version)
    assert caught.value.current == {"note": "theirs"}
    entries.set_note(entry, "both", by=None, seen=caught.value.version)
    assert Entry.objects.get().note == "both"


def test_who_writes_the_same_text_at_the_same_time_is_not_troubled() -> None:
    entry = make_entry(note="first")
    entries.set_note(entry, "same", by=None, seen=entry.version)
    assert entries.set_note(entry, "same", by=None, seen=entry.version) is None


def test_a_copy_of_a_list_has_its_order_headings_notes_and_tags() -> None:
    reading_list, reader = make_list(), make_user()
    headings.add_heading(reading_list, "Last", by=None)
    entries.tag_many(reading_list, [first(reading_list).pk], ["t"], by=None)
    copied = copying.copy_list(reading_list, reader)

    def shown(each: ReadingList) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = [
            *each.entries.values_list("position", "paper__title", "note", "tags")
        ]
        heads: list[tuple[object, ...]] = [
            (*row, "", []) for row in each.headings.values_list("position", "title")
        ]
        return [row[1:] for row in sorted([*rows, *heads], key=str)]

    assert shown(copied) == shown(reading_list)
    assert copied.owner == reader


def test_moving_entries_to_another_list_takes_notes_along() -> None:
    source = make_list()
    target = make_reading_list(owner=source.owner)
    copying.move_entries(source, [first(source).pk], target, by=source.owner)
    assert list(target.entries.values_list("paper__title", "note")) == [("a", "on a")]
    assert source.entries.count() == 2
    assert PaperStats.objects.get(paper=target.entries.get().paper).saves == 1


def test_a_tag_is_not_given_twice() -> None:
    entry = make_entry()
    entries.set_tags(entry, ["Maths"], by=None, seen=1)
    assert entries.tag_many(entry.reading_list, [entry.pk], ["maths"], by=None) is None


def test_a_heading_made_again_keeps_its_number() -> None:
    reading_list = make_list()
    heading = Heading.objects.get()
    change = headings.remove_heading(heading, by=None)
    assert change is not None
    history.undo(change, reading_list.owner)
    assert Heading.objects.get().pk == heading.pk


def test_undoing_many_rows_costs_as_few_queries_as_one(django_assert_num_queries: Any) -> None:
    few, many = make_reading_list(), make_reading_list()
    entries.add_many(few, [NewEntry(make_paper().pk) for _ in range(2)], by=None)
    entries.add_many(many, [NewEntry(make_paper().pk) for _ in range(40)], by=None)

    def remove(each: ReadingList) -> ListChange:
        ids = list(each.entries.values_list("pk", flat=True))
        change = entries.remove_many(each, ids, by=each.owner)
        assert change is not None
        return change

    removed_few, removed_many = remove(few), remove(many)
    with CaptureQueriesContext(connection) as of_few:
        history.undo(removed_few, few.owner)
    with django_assert_num_queries(len(of_few)):
        undone = history.undo(removed_many, many.owner)
    assert many.entries.count() == 40
    history.undo(undone.change, many.owner)
    assert many.entries.count() == 0


def test_places_that_were_taken_since_are_made_beside_each_other() -> None:
    reading_list = make_list()
    places = list(reading_list.entries.values_list("position", flat=True))
    ids = list(reading_list.entries.values_list("pk", flat=True))
    change = entries.remove_many(reading_list, ids, by=None)
    for place in places:
        reading_list.entries.create(paper=make_paper(), position=place)
    assert change is not None
    history.undo(change, reading_list.owner)
    keys = list(reading_list.entries.values_list("position", flat=True))
    assert len(set(keys)) == 6
    assert [e.pk in ids for e in reading_list.entries.all()] == [False, True] * 3


def test_what_is_gone_altogether_is_said() -> None:
    entry = make_entry()
    change = ListChange.objects.create(
        reading_list=entry.reading_list,
        kind=ListChange.Kind.ADDED,
        rows=[{"table": "entry", "id": 0, "before": None, "after": {"paper": entry.paper_id}}],
    )
    with pytest.raises(history.CannotUndoError, match="not there any more"):
        history.undo(change, entry.reading_list.owner)
