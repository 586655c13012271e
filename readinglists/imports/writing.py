"""Writes what an import found into its list: one transaction, one change that can be undone.

It decides where each paper stands: in its section, in the file's order; sections of the same name
are one. What is in the list already stays as it is. Papers that are still to be fetched keep their
place (arriving.py puts them there).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from papers.merging import merged_into
from papers.models import Paper
from readinglists.access import Rank, open_list
from readinglists.changing import changing
from readinglists.entries import BATCH, added_rows
from readinglists.history import Changed, Kind, record
from readinglists.imports.arriving import nudge_fetching
from readinglists.imports.matching import find_papers
from readinglists.imports.turns import State, fail, give_back, go_on
from readinglists.keeping import make_list
from readinglists.models import (
    Entry,
    Heading,
    ImportRow,
    ListImport,
    ReadingList,
    WaitingEntry,
)
from readinglists.positions import Gap, Spot, keys_at_end, keys_in
from readinglists.saves import keeping_saves, lock_lists_of

Outcome = ImportRow.Outcome


@dataclass(slots=True)
class _Written:
    """Rows made so far, each with the key of its place."""

    entries: list[Entry] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    waiting: list[WaitingEntry] = field(default_factory=list)


def write_into_list(claimed: ListImport) -> None:
    """Write the papers that were matched or are to be fetched into the import's list.

    The row says then that it is done, or why not: the list is gone, or not the reader's to change.
    """
    try:
        with transaction.atomic():
            _lock_readers(claimed)
            if not go_on(claimed):
                return
            target = _target(claimed)
            go_on(claimed, reading_list=target)
            _write(claimed, target)
    except (Http404, PermissionDenied, ReadingList.DoesNotExist):
        fail(claimed, _("The list is not there any more, or not yours to change."))


def _lock_readers(claimed: ListImport) -> None:
    """Whose import and whose list it is: before the import's row, which goes with either."""
    targets = ReadingList.objects.filter(imports=claimed)
    lock_lists_of(claimed.user_id, *targets.values_list("owner_id", flat=True))


def _target(claimed: ListImport) -> ReadingList:
    if claimed.reading_list_id is None:
        return make_list(claimed.user, claimed.new_title or _("Imported papers"))
    return open_list(claimed.user, claimed.reading_list_id, Rank.EDIT).reading_list


def _write(claimed: ListImport, target: ReadingList) -> None:
    rows = list(claimed.rows.filter(outcome__in=(Outcome.MATCHED, Outcome.NEW)).order_by("place"))
    papers = _papers_of(rows)
    with changing(target.pk) as current:
        there = set(current.entries.order_by().values_list("paper_id", flat=True))
        fresh = list(_fresh(rows, papers, there))
        written = _Written()
        numbers = [papers[row.pk] for row in fresh if row.pk in papers]
        with keeping_saves(current.owner_id, numbers):
            _place(claimed, current, fresh, papers, written)
        changes = [
            *added_rows(written.entries),
            *(
                Changed("heading", each.pk, None, {"title": each.title})
                for each in written.headings
            ),
        ]
        change = record(current, claimed.user, Kind.IMPORTED, changes, words=claimed.file_name)
        waiting = [each.pk for each in written.waiting]
        WaitingEntry.objects.filter(pk__in=waiting).update(change=change)
    give_back(claimed, state=State.DONE, change=change, attempts=0)
    if waiting:
        nudge_fetching()


def _papers_of(rows: Sequence[ImportRow]) -> dict[int, int]:
    """The papers by row, as they are numbered now; those fetched since the file was read, too."""
    numbers = {row.paper_number for row in rows if row.paper_number}
    moved = merged_into(numbers)
    current = {moved.get(number, number) for number in numbers}
    here = set(Paper.objects.filter(pk__in=current).values_list("pk", flat=True))
    known = find_papers((row.scheme, row.value) for row in rows if row.scheme)
    papers = {}
    for row in rows:
        number = moved.get(row.paper_number or 0, row.paper_number) if row.paper_number else None
        if number is None or number not in here:
            number = known.get((row.scheme, row.value))
        if number:
            papers[row.pk] = number
    return papers


def _fresh(
    rows: Sequence[ImportRow], papers: dict[int, int], there: set[int]
) -> Iterator[ImportRow]:
    """Rows of papers that are not in the list, each paper once; also those to be fetched."""
    seen: set[int | tuple[str, str]] = set(there)
    for row in rows:
        key = papers.get(row.pk) or ((row.scheme, row.value) if row.scheme else None)
        if key is not None and key not in seen:
            seen.add(key)
            yield row


def _place(
    claimed: ListImport,
    current: ReadingList,
    fresh: Sequence[ImportRow],
    papers: dict[int, int],
    written: _Written,
) -> None:
    sections: dict[str, list[ImportRow]] = {"": []}
    for row in fresh:
        sections.setdefault(row.section, []).append(row)
    gaps, last = _gaps(current)
    tail: list[str | ImportRow] = list(sections.pop(last, ())) if last else []
    for section, rows in sections.items():
        if section in gaps and rows:
            keys = keys_in(current.pk, gaps[section], len(rows))
            _make(claimed, current, dict(zip(keys, [*rows], strict=True)), papers, written)
        elif rows:
            tail += [section, *rows] if section else rows
    keys = keys_at_end(current.pk, len(tail))
    _make(claimed, current, dict(zip(keys, tail, strict=True)), papers, written)


def _gaps(current: ReadingList) -> tuple[dict[str, Gap], str]:
    """Where the sections that the list has go on: each before the next one's heading, the last one,
    whose name comes second, at the end of the list."""
    heads = list(current.headings.order_by("position", "pk"))
    if not heads:
        return {}, ""
    gaps = {"": Gap(before=Spot("h", heads[0].pk))}
    for head, following in pairwise(heads):
        gaps.setdefault(head.title, Gap(before=Spot("h", following.pk)))
    last = heads[-1].title
    return gaps, "" if last in gaps else last


def _make(
    claimed: ListImport,
    current: ReadingList,
    placed: dict[str, str | ImportRow],
    papers: dict[int, int],
    written: _Written,
) -> None:
    entries: list[Entry] = []
    headings: list[Heading] = []
    waiting: list[WaitingEntry] = []
    for key, row in placed.items():
        if isinstance(row, str):
            headings.append(Heading(reading_list=current, title=row, position=key))
        elif row.pk in papers:
            entries.append(_entry(claimed, current, row, papers[row.pk], key))
        else:
            waiting.append(_waiting(claimed, current, row, key))
    written.headings += Heading.objects.bulk_create(headings)
    written.entries += Entry.objects.bulk_create(entries, batch_size=BATCH)
    written.waiting += _wait_for(current, waiting)


def _entry(
    claimed: ListImport, current: ReadingList, row: ImportRow, paper_id: int, key: str
) -> Entry:
    return Entry(
        reading_list=current,
        paper_id=paper_id,
        position=key,
        note=row.note,
        tags=row.tags,
        added_by_id=claimed.user_id,
    )


def _waiting(claimed: ListImport, current: ReadingList, row: ImportRow, key: str) -> WaitingEntry:
    return WaitingEntry(
        reading_list=current,
        added_by_id=claimed.user_id,
        scheme=row.scheme,
        value=row.value,
        title=row.excerpt if row.excerpt != row.value else "",
        note=row.note,
        tags=row.tags,
        position=key,
    )


def _wait_for(current: ReadingList, waiting: list[WaitingEntry]) -> list[WaitingEntry]:
    """Those that did not wait already; what was not found is looked for again."""
    names = {(each.scheme, each.value): each for each in waiting}
    there = current.waiting.filter(value__in=[value for _scheme, value in names])
    there.filter(state=WaitingEntry.State.FAILED).delete()
    there.unwanted().delete()
    for name in there.values_list("scheme", "value"):
        names.pop(name, None)
    return WaitingEntry.objects.bulk_create(names.values(), batch_size=BATCH)
