"""A list cut into pages, each entry with the neighbours that its move buttons name."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet

from papers.models import Paper
from readinglists.models import Entry, ReadingList

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """An entry, its place in the list from 1, and the ids of the entries around it."""

    entry: Entry
    place: int
    previous: int | None
    next: int | None


@dataclass(frozen=True, slots=True)
class ListPage:
    """`number` counts from 1; `total` is how many entries the whole list has."""

    rows: list[Row]
    number: int
    total: int
    previous_number: int | None
    next_number: int | None

    @property
    def papers(self) -> list[Paper]:
        return [row.entry.paper for row in self.rows]


def get_list_page(reading_list: ReadingList, number: str | int) -> ListPage:
    """Return a page of at most 50 entries in order, papers and stats loaded.

    Three queries, however long the list. A number that is no page gives the nearest one.
    """
    entries = _entries(reading_list)
    page: Page[Entry] = Paginator(entries, PAGE_SIZE).get_page(number)
    start = (page.number - 1) * PAGE_SIZE
    # One more on either side: the first entry of a page can move to the page before.
    around = list(entries[max(start - 1, 0) : start + PAGE_SIZE + 1])
    shown = around[min(start, 1) :][:PAGE_SIZE]
    ids = [None] * (start == 0) + [entry.pk for entry in around] + [None]
    return ListPage(
        rows=[Row(e, start + i + 1, ids[i], ids[i + 2]) for i, e in enumerate(shown)],
        number=page.number,
        total=page.paginator.count,
        previous_number=page.number - 1 if page.has_previous() else None,
        next_number=page.number + 1 if page.has_next() else None,
    )


def page_number_of(entry: Entry) -> int:
    """Return the page on which the entry stands now."""
    entry = Entry.objects.get(pk=entry.pk)
    same_key = Q(position=entry.position, pk__lt=entry.pk)
    above = Entry.objects.filter(Q(position__lt=entry.position) | same_key)
    return above.filter(reading_list_id=entry.reading_list_id).count() // PAGE_SIZE + 1


def _entries(reading_list: ReadingList) -> QuerySet[Entry]:
    papers = Prefetch("paper", Paper.objects.for_cards())
    return reading_list.entries.prefetch_related(papers).order_by("position", "pk")
