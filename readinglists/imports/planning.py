"""What an import would do to a list, for whoever looks before it is done; and what lists wait for.

It reads, and changes nothing but what a reader wants to wait for no longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from papers.models import Paper
from readinglists.imports.steps import counts_of
from readinglists.models import ImportRow, ListImport, ReadingList, WaitingEntry

Outcome = ImportRow.Outcome
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """Counts of papers: `added` at once, `fetched` first, `there` already in the list."""

    counts: dict[str, int]
    added: int
    fetched: int
    there: int
    sections: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not self.added and not self.fetched

    @property
    def has_papers(self) -> bool:
        """Whether there is a list, if not this one, to which the file would bring something."""
        return bool(self.counts[Outcome.MATCHED] or self.counts[Outcome.NEW])


def plan_of(list_import: ListImport, target: ReadingList | None) -> Plan:
    """What importing into `target`, None for a new list, would do. Four queries."""
    counts = counts_of(list_import)
    matched = list_import.rows.filter(outcome=Outcome.MATCHED)
    there = 0
    if target is not None:
        there = target.entries.filter(paper_id__in=matched.values("paper_number")).count()
    named = list_import.rows.filter(outcome__in=(Outcome.MATCHED, Outcome.NEW))
    sections = named.exclude(section="").order_by("place").values_list("section", flat=True)
    return Plan(
        counts=counts,
        added=counts[Outcome.MATCHED] - there,
        fetched=counts[Outcome.NEW],
        there=there,
        sections=tuple(dict.fromkeys(sections)),
    )


@dataclass(frozen=True, slots=True)
class ShownRow:
    row: ImportRow
    paper: Paper | None


def with_papers(rows: Sequence[ImportRow]) -> list[ShownRow]:
    """The rows of a page, each with the paper that it was matched to. One query."""
    numbers = [row.paper_number for row in rows if row.paper_number]
    papers = Paper.objects.only("title", "arxiv_id").in_bulk(numbers)
    return [ShownRow(row, papers.get(row.paper_number or 0)) for row in rows]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a list waits for: how many papers are being fetched, and the first 50 of those that were
    not found, with the reason."""

    fetched: int
    failed: list[WaitingEntry]
    failed_count: int


def waiting_of(reading_list: ReadingList) -> Waiting | None:
    """None for nothing, which costs one query."""
    states = list(reading_list.waiting.wanted().order_by().values_list("state", flat=True))
    if not states:
        return None
    failed = reading_list.waiting.wanted().filter(state=WaitingEntry.State.FAILED)
    failed_count = states.count(WaitingEntry.State.FAILED)
    return Waiting(
        fetched=len(states) - failed_count,
        failed=list(failed.order_by("position")[:MOST_SHOWN]) if failed_count else [],
        failed_count=failed_count,
    )


def forget_not_found(reading_list: ReadingList) -> int:
    """Wait no longer for what was not found; return how many that were."""
    failed = reading_list.waiting.filter(state=WaitingEntry.State.FAILED)
    return failed.delete()[0]
