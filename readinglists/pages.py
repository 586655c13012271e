"""A list cut into pages, each entry with the neighbours that its move buttons name."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from papers.models import Paper
from papers.search.tree import Note
from readinglists.list_view import ListView, entries_of
from readinglists.models import Entry, Heading, ReadingList
from readinglists.outline import SectionHead, outline_of
from readinglists.positions import Spot
from readinglists.search_inside import find_inside

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Head:
    """A heading, and what stands around it in the order of the list."""

    heading: SectionHead
    previous: Spot | None
    next: Spot | None


@dataclass(frozen=True, slots=True)
class Row:
    """An entry below the headings that stand just above it, and its place in the list from 1.

    `previous` and `next` are what stands around it in the order of the list.
    """

    entry: Entry
    place: int
    previous: Spot | None = None
    next: Spot | None = None
    headings: tuple[Head, ...] = ()


@dataclass(frozen=True, slots=True)
class ListPage:
    """`number` counts from 1; `total` is how many entries there are on all pages.

    `trailing` are headings with nothing below them, at the list's end. `sections` are all headings
    and `tags` all tags of the list. `notes` are sentences for the reader on what was looked for.
    """

    rows: list[Row]
    number: int
    total: int
    previous_number: int | None
    next_number: int | None
    trailing: tuple[Head, ...] = ()
    sections: list[SectionHead] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    notes: tuple[Note, ...] = ()

    @property
    def papers(self) -> list[Paper]:
        return [row.entry.paper for row in self.rows]


def get_list_page(reading_list: ReadingList, number: str | int) -> ListPage:
    """Return a page of at most 50 entries in order, with headings, papers and stats loaded.

    Five queries, however long the list. A number that is no page gives the nearest one.
    """
    entries = reading_list.entries.order_by("position", "pk")
    outline = outline_of(reading_list)
    paginator = Paginator(entries, PAGE_SIZE)
    paginator.count = outline.total
    page: Page[Entry] = paginator.get_page(number)
    start = (page.number - 1) * PAGE_SIZE
    # One more on either side: the first entry of a page can move to the page before.
    around = with_papers(entries[max(start - 1, 0) : start + PAGE_SIZE + 1])
    shown = around[min(start, 1) :][:PAGE_SIZE]
    before = around[0] if start and around else None
    after = around[-1] if page.has_next() else None
    rows, trailing = _rows(
        _between(outline.sections, before, after), before, shown, after, start + 1
    )
    return ListPage(
        rows=rows,
        number=page.number,
        total=page.paginator.count,
        previous_number=page.number - 1 if page.has_previous() else None,
        next_number=page.number + 1 if page.has_next() else None,
        trailing=trailing,
        sections=outline.sections,
        tags=outline.tags,
    )


def get_found_page(
    reading_list: ReadingList, view: ListView, reader: AbstractBaseUser, number: str | int
) -> ListPage:
    """Return a page of what `view` asks for: without headings, neighbours and places.

    Nine queries at most. Raises IndexNotReady and QueryTooLong where words are looked for.
    """
    entries = entries_of(reading_list, view, reader)
    outline = outline_of(reading_list)
    notes: tuple[Note, ...] = ()
    ranks: dict[int, int] | None = None
    if view.q:
        papers = entries.order_by().values_list("paper_id", flat=True)
        found = find_inside(view.q, frozenset(papers), reader)
        entries, notes = entries.filter(paper_id__in=found.paper_ids), found.notes
        ranks = None if view.sort else {pk: n for n, pk in enumerate(found.paper_ids)}
    page: Page[Entry] | Page[int]
    if ranks is None:
        page = in_order = Paginator(entries, PAGE_SIZE).get_page(number)
        shown = list(in_order.object_list)
    else:
        page, shown = _best_first(entries, ranks, number)
    first = (page.number - 1) * PAGE_SIZE + 1
    return ListPage(
        rows=[Row(entry, first + n) for n, entry in enumerate(with_papers(shown))],
        number=page.number,
        total=page.paginator.count,
        previous_number=page.number - 1 if page.has_previous() else None,
        next_number=page.number + 1 if page.has_next() else None,
        sections=outline.sections,
        tags=outline.tags,
        notes=notes,
    )


def page_number_of(entry: Entry) -> int:
    """Return the page on which the entry stands now."""
    entry = Entry.objects.get(pk=entry.pk)
    same_key = Q(position=entry.position, pk__lt=entry.pk)
    above = Entry.objects.filter(Q(position__lt=entry.position) | same_key)
    return above.filter(reading_list_id=entry.reading_list_id).count() // PAGE_SIZE + 1


def page_number_of_heading(heading: Heading) -> int:
    """Return the page on which the heading stands now: that of the entry below it."""
    heading = Heading.objects.get(pk=heading.pk)
    entries = Entry.objects.filter(reading_list_id=heading.reading_list_id)
    above = entries.filter(position__lt=heading.position).count()
    is_last = not entries.filter(position__gte=heading.position).exists()
    return max(above - is_last, 0) // PAGE_SIZE + 1


def with_papers(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries of a page with their papers, as cards want them. One query.

    Not joined: the entries that a late page skips would be joined too. Not prefetched: that took
    a fifth longer.
    """
    shown = list(entries)
    papers = Paper.objects.for_cards().in_bulk([entry.paper_id for entry in shown])
    for entry in shown:
        if entry.paper_id in papers:  # otherwise merged with another meanwhile
            entry.paper = papers[entry.paper_id]
    return shown


def _best_first(
    entries: QuerySet[Entry], ranks: dict[int, int], number: str | int
) -> tuple[Page[int], list[Entry]]:
    known = entries.order_by().values_list("pk", "paper_id")
    ids = [pk for pk, paper_id in sorted(known, key=lambda row: ranks[row[1]])]
    page = Paginator(ids, PAGE_SIZE).get_page(number)
    by_pk = {entry.pk: entry for entry in entries.filter(pk__in=list(page.object_list))}
    return page, [by_pk[pk] for pk in page.object_list if pk in by_pk]


def _between(
    sections: Iterable[SectionHead], before: Entry | None, after: Entry | None
) -> list[SectionHead]:
    """The headings below the entry before a page and above the entry after it."""
    return [
        head
        for head in sections
        if (before is None or head.position > before.position)
        and (after is None or head.position <= after.position)
    ]


def _rows(
    heads: list[SectionHead],
    before: Entry | None,
    shown: list[Entry],
    after: Entry | None,
    first_place: int,
) -> tuple[list[Row], tuple[Head, ...]]:
    """Put headings and entries into one order, and each between its neighbours."""
    ends = [entry for entry in (before, *shown, after) if entry is not None]
    # At one key headings come first, as in positions.items_in_order.
    order: list[Entry | SectionHead] = sorted(
        [*heads, *ends], key=lambda item: (item.position, isinstance(item, Entry), item.pk)
    )
    spots = [_spot(item) for item in order]
    padded = [None, *spots, None]
    around = {spot: (padded[n], padded[n + 2]) for n, spot in enumerate(spots)}
    rows: list[Row] = []
    waiting: list[Head] = []
    for item in order:
        if isinstance(item, SectionHead):
            waiting.append(Head(item, *around[_spot(item)]))
        elif item not in (before, after):
            place = first_place + len(rows)
            rows.append(Row(item, place, *around[_spot(item)], tuple(waiting)))
            waiting = []
    return rows, tuple(waiting) if after is None else ()


def _spot(item: Entry | SectionHead) -> Spot:
    return Spot("e" if isinstance(item, Entry) else "h", item.pk)
