"""The only code that stores papers: what sources say becomes rows, in bulk.

It decides which source's word counts (TextSource: a higher one wins, any may fill a gap) and that
nothing is stored twice. It never fetches, parses or reads the clock. Read more: docs/decisions.md.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from papers import ingest_sql as sql
from papers import ranking
from papers.feeds.records import AnnouncementRecord, PaperRecord
from papers.models import TextSource
from papers.storable import storable
from papers.summary import author_line, short_abstract

# One transaction each: under two seconds, so that the follower's horizon is never held back.
CHUNK_RECORDS = 2000


@dataclass(slots=True)
class _Extras:
    announcements: dict[tuple[str, date], AnnouncementRecord] = field(default_factory=dict)
    signals: dict[tuple[str, date], int] = field(default_factory=dict)

    def add(self, record: PaperRecord) -> None:
        for announcement in record.announcements:
            key = (announcement.category, announcement.announced_on)
            self.announcements.setdefault(key, announcement)
        for signal in record.signals:
            self.signals[signal.kind, signal.observed_on] = signal.value


@dataclass(slots=True)
class IngestResult:
    """Counts of papers: stored for the first time, changed, and all that were given."""

    created: int = 0
    changed: int = 0
    received: int = 0
    paper_ids: list[int] = field(default_factory=list)

    def add(self, other: "IngestResult") -> None:
        self.created += other.created
        self.changed += other.changed
        self.received += other.received
        self.paper_ids += other.paper_ids


def ingest(records: Iterable[PaperRecord], *, text_source: TextSource, today: date) -> IngestResult:
    """Store `records` with their categories, announcements and signals, then rank them.

    Chunks of 2,000 are committed one by one; giving the same records again changes nothing.
    `today` is the day on which a paper whose popularity rises is said to have risen. What the
    tables cannot hold is left out (papers/storable.py).
    """
    result = IngestResult()
    for chunk in _chunks(records):
        result.add(ingest_chunk(chunk, text_source=text_source, today=today))
    return result


def ingest_chunk(
    records: Sequence[PaperRecord], *, text_source: TextSource, today: date
) -> IngestResult:
    """Store one chunk in one transaction, or nothing of it; see `ingest`."""
    merged = _merge_same_paper([storable(record, today=today) for record in records])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.LOCK)
        _copy_in(cursor, merged, text_source)
        cursor.execute(sql.ADD_CATEGORIES)
        cursor.execute(sql.UPSERT_PAPERS)
        written = [bool(created) for (created,) in cursor.fetchall()]
        cursor.execute(sql.FIND_STORED, [[record.arxiv_id for record, _extras in merged]])
        for statement in sql.WRITE_THE_REST:
            cursor.execute(statement)
        cursor.execute(sql.PAPER_IDS)
        paper_ids = [paper_id for (paper_id,) in cursor.fetchall()]
        ranking.rerank(today=today, paper_ids=paper_ids)
    return IngestResult(
        created=sum(written),
        changed=len(written) - sum(written),
        received=len(records),
        paper_ids=paper_ids,
    )


def _chunks(records: Iterable[PaperRecord]) -> Iterator[list[PaperRecord]]:
    iterator = iter(records)
    while chunk := list(islice(iterator, CHUNK_RECORDS)):
        yield chunk


def _merge_same_paper(records: Sequence[PaperRecord]) -> list[tuple[PaperRecord, _Extras]]:
    """One row a paper, the highest version's text, with everybody's announcements and signals."""
    best: dict[str, PaperRecord] = {}
    extras: dict[str, _Extras] = {}
    for record in records:
        known = best.get(record.arxiv_id)
        if known is None or (record.version or 0) >= (known.version or 0):
            best[record.arxiv_id] = record
        extras.setdefault(record.arxiv_id, _Extras()).add(record)
    # Sorted, so that two writers lock rows in the same order.
    return [(best[arxiv_id], extras[arxiv_id]) for arxiv_id in sorted(best)]


def _copy_in(
    cursor: CursorWrapper, merged: Sequence[tuple[PaperRecord, _Extras]], text_source: TextSource
) -> None:
    cursor.execute(sql.CREATE_INCOMING)
    _copy(cursor, "incoming", (_paper_row(*pair, text_source) for pair in merged))
    _copy(
        cursor,
        "incoming_category",
        ((r.arxiv_id, code, n == 0) for r, _ in merged for n, code in enumerate(_codes(r))),
    )
    _copy(
        cursor,
        "incoming_announcement",
        (
            (r.arxiv_id, a.category, a.announced_on, a.kind)
            for r, extras in merged
            for a in extras.announcements.values()
        ),
    )
    _copy(
        cursor,
        "incoming_signal",
        (
            (r.arxiv_id, kind, observed_on, value)
            for r, extras in merged
            for (kind, observed_on), value in extras.signals.items()
        ),
    )


def _copy(cursor: CursorWrapper, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _codes(record: PaperRecord) -> list[str]:
    return list(dict.fromkeys(record.categories))


def _paper_row(record: PaperRecord, extras: _Extras, text_source: TextSource) -> tuple[object, ...]:
    """In the order of the columns of `incoming` (ingest_sql.py)."""
    return (
        record.arxiv_id,
        record.title,
        record.abstract,
        json.dumps(record.authors, ensure_ascii=False),
        author_line(record.authors),
        short_abstract(record.abstract),
        record.categories[0] if record.categories else None,
        record.version,
        record.submitted_at,
        record.updated_at,
        _announced_on(record, extras),
        record.comment,
        record.journal_ref,
        record.license,
        record.code_url,
        record.project_url,
        record.doi,
        int(text_source),
    )


def _announced_on(record: PaperRecord, extras: _Extras) -> date | None:
    # A replacement of a paper not seen before is an old paper: it was not announced that day.
    days = [a.announced_on for a in extras.announcements.values() if a.kind != "replace"]
    return min(days) if days else record.listed_on
