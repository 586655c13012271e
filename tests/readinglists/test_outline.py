"""The outline of a list is kept, and is never that of before a change."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from papers.merging import merge
from readinglists import entries, headings, history
from readinglists.models import Entry, ReadingList
from readinglists.outline import Outline, outline_of
from tests.factories import make_entry, make_paper, make_reading_list

pytestmark = pytest.mark.django_db
Change = Callable[[ReadingList], object]


@pytest.fixture(autouse=True)
def _keeping(settings: Settings) -> Iterator[None]:
    settings.KEPT_SECONDS = 60
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def reading_list() -> ReadingList:
    made = make_reading_list()
    for tags in (["owls"], ["owls", "Kestrels"], []):
        entry = make_entry(reading_list=made)
        entries.set_tags(entry, tags, by=made.owner, seen=entry.version)
    headings.add_heading(made, "Later", by=made.owner)
    return again(made)


def again(reading_list: ReadingList) -> ReadingList:
    return ReadingList.objects.get(pk=reading_list.pk)


def said(outline: Outline) -> tuple[int, list[str], list[str]]:
    return outline.total, [head.title for head in outline.sections], outline.tags


def test_it_says_how_long_a_list_is_its_headings_and_tags(reading_list: ReadingList) -> None:
    assert said(outline_of(reading_list)) == (3, ["Later"], ["Kestrels", "owls"])


def test_it_is_read_once(reading_list: ReadingList) -> None:
    outline_of(reading_list)
    same = again(reading_list)
    with CaptureQueriesContext(connection) as queries:
        outline_of(same)
    assert len(queries) == 0


def first(reading_list: ReadingList) -> Entry:
    return reading_list.entries.order_by("pk")[0]


def add(its: ReadingList) -> None:
    make_entry(reading_list=its)


def tag(its: ReadingList) -> None:
    entries.set_tags(first(its), ["wrens"], by=its.owner, seen=first(its).version)


def rename(its: ReadingList) -> None:
    heading = its.headings.get()
    headings.rename_heading(heading, "Soon", by=its.owner, seen=heading.version)


CHANGES: dict[str, tuple[Change, tuple[int, list[str], list[str]]]] = {
    "an entry more": (add, (4, ["Later"], ["Kestrels", "owls"])),
    "an entry less": (
        lambda its: entries.remove(first(its), by=its.owner),
        (2, ["Later"], ["Kestrels", "owls"]),
    ),
    "other tags": (tag, (3, ["Later"], ["Kestrels", "owls", "wrens"])),
    "a heading more": (
        lambda its: headings.add_heading(its, "Next", by=its.owner),
        (3, ["Later", "Next"], ["Kestrels", "owls"]),
    ),
    "a heading renamed": (rename, (3, ["Soon"], ["Kestrels", "owls"])),
    "a heading less": (
        lambda its: headings.remove_heading(its.headings.get(), by=its.owner),
        (3, [], ["Kestrels", "owls"]),
    ),
    "a change undone": (
        lambda its: history.undo(its.changes.order_by("-pk")[0], by=its.owner),
        (3, [], ["Kestrels", "owls"]),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_shows_at_once(reading_list: ReadingList, name: str) -> None:
    outline_of(reading_list)
    change, after = CHANGES[name]
    change(reading_list)
    assert said(outline_of(again(reading_list))) == after


def test_a_paper_that_two_entries_had_leaves_one(reading_list: ReadingList) -> None:
    gone = make_paper(arxiv_id=None)
    make_entry(reading_list=reading_list, paper=gone)
    assert outline_of(again(reading_list)).total == 4
    merge(first(reading_list).paper_id, gone.pk)
    assert outline_of(again(reading_list)).total == 3
