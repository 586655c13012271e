from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from papers.models import Paper, PaperStats
from readinglists import entries, keeping
from readinglists.models import Entry, ReadingList
from readinglists.positions import LONGEST_KEY, Gap, Spot
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def titles(reading_list: ReadingList) -> list[str]:
    return list(reading_list.entries.values_list("paper__title", flat=True))


def make_list_of(*names: str) -> tuple[ReadingList, dict[str, Entry]]:
    reading_list = make_reading_list()
    made = {n: make_entry(reading_list=reading_list, paper=make_paper(title=n)) for n in names}
    return reading_list, made


def gap(**beside: Entry) -> Gap:
    return Gap(**{side: Spot("e", entry.pk) for side, entry in beside.items()})


def saves(paper: Paper) -> int:
    return PaperStats.objects.get(paper=paper).saves


def test_a_new_entry_stands_last() -> None:
    reading_list, _ = make_list_of("first", "second", "third")
    assert titles(reading_list) == ["first", "second", "third"]


def test_the_same_paper_twice_is_one_entry() -> None:
    entry = make_entry(note="Mine")
    assert entries.add(entry.reading_list, entry.paper, by=None) is None
    assert entry.reading_list.entries.get().note == "Mine"


def test_adding_to_a_list_deleted_meanwhile_is_refused() -> None:
    reading_list, paper = make_reading_list(), make_paper()
    ReadingList.objects.filter(pk=reading_list.pk).delete()
    with pytest.raises(ReadingList.DoesNotExist):
        entries.add(reading_list, paper, by=None)
    assert saves(paper) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entries.add(entry.reading_list, make_paper(), by=None),
        lambda entry: entries.set_note(entry, "New", by=None, seen=1),
        lambda entry: entries.move(entry, Gap(), by=None),
        lambda entry: entries.remove(entry, by=None),
    ],
    ids=["add", "note", "move", "remove"],
)
def test_every_change_marks_the_list_as_changed(change: Callable[[Entry], object]) -> None:
    entry = make_entry()
    ReadingList.objects.update(changed_at="2020-01-01T00:00Z")
    change(entry)
    assert ReadingList.objects.get().changed_at.year > 2020


@pytest.mark.parametrize(
    ("name", "beside", "expected"),
    [
        ("c", {"before": "a"}, "cabd"),
        ("c", {"before": "b"}, "acbd"),
        ("a", {"after": "b"}, "bacd"),
        ("a", {"after": "d"}, "bcda"),
        ("d", {}, "dabc"),
        ("a", {}, "abcd"),
        ("b", {"after": "a"}, "abcd"),
    ],
)
def test_an_entry_moves_to_where_it_was_asked(
    name: str, beside: dict[str, str], expected: str
) -> None:
    reading_list, made = make_list_of("a", "b", "c", "d")
    entries.move(made[name], gap(**{side: made[other] for side, other in beside.items()}), by=None)
    assert "".join(titles(reading_list)) == expected


def test_a_move_writes_one_entry_only() -> None:
    reading_list, made = make_list_of("a", "b", "c")
    before = dict(reading_list.entries.values_list("pk", "position"))
    entries.move(made["c"], gap(before=made["b"]), by=None)
    after = dict(reading_list.entries.values_list("pk", "position"))
    assert {pk for pk in after if after[pk] != before[pk]} == {made["c"].pk}


def test_moving_beside_an_entry_that_is_gone_changes_nothing() -> None:
    reading_list, made = make_list_of("a", "b", "c")
    entries.remove(made["a"], by=None)
    with pytest.raises(Entry.DoesNotExist):
        entries.move(made["c"], gap(before=made["a"]), by=None)
    assert titles(reading_list) == ["b", "c"]


def test_moving_beside_an_entry_of_another_list_is_refused() -> None:
    _, made = make_list_of("a")
    _, others = make_list_of("b")
    with pytest.raises(Entry.DoesNotExist):
        entries.move(made["a"], gap(before=others["b"]), by=None)


def test_keys_that_grew_too_long_are_written_anew() -> None:
    reading_list, made = make_list_of("a", "b", "c")
    for _ in range(400):
        entries.move(made["c"], gap(before=made["b"]), by=None)
        entries.move(made["b"], gap(before=made["c"]), by=None)
    keys = reading_list.entries.values_list("position", flat=True)
    assert max(map(len, keys)) <= LONGEST_KEY
    assert titles(reading_list) == ["a", "b", "c"]


def test_equal_keys_are_mended_by_the_next_move() -> None:
    reading_list, made = make_list_of("a", "b", "c")
    reading_list.entries.update(position="a0")
    entries.move(made["c"], gap(before=made["b"]), by=None)
    assert titles(reading_list) == ["a", "c", "b"]


def test_saves_count_readers_not_lists() -> None:
    paper, reader = make_paper(), make_user()
    for owner in (reader, reader, make_user()):
        entries.add(make_reading_list(owner=owner), paper, by=None)
    assert saves(paper) == 2


def test_a_paper_kept_in_another_list_stays_saved() -> None:
    paper, reader = make_paper(), make_user()
    first, second = (
        make_entry(reading_list=make_reading_list(owner=reader), paper=paper) for _ in range(2)
    )
    entries.remove(first, by=None)
    assert saves(paper) == 1
    entries.remove(second, by=None)
    assert saves(paper) == 0


def test_removing_twice_counts_once() -> None:
    entry, other = make_entry(), make_entry()
    entries.add(make_reading_list(), entry.paper, by=None)
    for _ in range(2):
        entries.remove(entry, by=None)
    assert (saves(entry.paper), saves(other.paper)) == (1, 1)


def test_a_count_that_was_too_low_hinders_nobody() -> None:
    entry = make_entry()
    PaperStats.objects.update(saves=0)
    entries.remove(entry, by=None)
    assert saves(entry.paper) == 0


def test_deleting_a_list_takes_its_papers_out_of_the_count() -> None:
    entry = make_entry()
    kept = make_reading_list(owner=entry.reading_list.owner)
    both = make_entry(reading_list=kept).paper
    entries.add(entry.reading_list, both, by=None)
    keeping.delete_list(entry.reading_list)
    assert (saves(entry.paper), saves(both)) == (0, 1)
    assert list(ReadingList.objects.kept()) == [kept]


def test_a_deleted_reader_leaves_the_count() -> None:
    entry = make_entry()
    entries.add(make_reading_list(owner=entry.reading_list.owner), entry.paper, by=None)
    entries.add(make_reading_list(), entry.paper, by=None)
    entry.reading_list.owner.delete()
    assert saves(entry.paper) == 1


def test_a_paper_without_stats_gets_them() -> None:
    paper = make_paper()
    PaperStats.objects.filter(paper=paper).delete()
    entries.add(make_reading_list(), paper, by=None)
    assert saves(paper) == 1


def test_filing_adds_takes_out_and_makes_a_list() -> None:
    entry = make_entry()
    owner, paper = entry.reading_list.owner, entry.paper
    target = make_reading_list(owner=owner, title="Kept")
    entries.file_paper(owner, paper, into=[target], out_of=[entry.reading_list], new_title="New")
    assert set(paper.entries.values_list("reading_list__title", flat=True)) == {"Kept", "New"}
    assert saves(paper) == 1


def test_filing_is_all_or_nothing() -> None:
    owner, paper = make_user(), make_paper()
    gone = make_reading_list(owner=owner)
    ReadingList.objects.filter(pk=gone.pk).delete()
    with pytest.raises(ReadingList.DoesNotExist):
        entries.file_paper(owner, paper, into=[make_reading_list(owner=owner), gone])
    assert not paper.entries.exists()


@pytest.mark.django_db(transaction=True)
def test_moves_at_the_same_time_all_end_well() -> None:
    reading_list, made = make_list_of(*"abcdef")

    def move_up(name: str) -> None:
        try:
            entries.move(made[name], gap(before=made["b"]), by=None)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(move_up, "cdefcdef"))
    keys = list(reading_list.entries.values_list("position", flat=True))
    assert len(set(keys)) == 6
    assert titles(reading_list)[0] == "a"


@pytest.mark.django_db(transaction=True)
def test_a_paper_put_into_two_lists_at_once_is_saved_once() -> None:
    paper, owner = make_paper(), make_user()
    lists = [make_reading_list(owner=owner) for _ in range(4)]

    def add(reading_list: ReadingList) -> None:
        try:
            entries.add(reading_list, paper, by=None)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, lists))
    assert (saves(paper), paper.entries.count()) == (1, 4)
