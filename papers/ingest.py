"""The only code that stores papers: what sources say becomes rows, in bulk.

It decides which source's word counts (TextSource: a higher one wins, any may fill a gap) and that
nothing is stored twice. It never fetches, parses or reads the clock. Read more: docs/decisions.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from papers import ingest_rows as rows
from papers import ingest_sql as sql
from papers import snapshots, trending
from papers.feeds.records import PaperRecord
from papers.identity import Group, resolve
from papers.ingest_rows import Incoming
from papers.merging import merge
from papers.models import TextSource
from papers.storable import storable

# One transaction each: under two seconds, so that the follower's horizon is never held back.
CHUNK_RECORDS = 2000


@dataclass(slots=True)
class IngestResult:
    """Counts of papers: stored for the first time, changed, and all records that have a name.

    `paper_ids` are all that the records name, `problems` what could not be done, in words.
    """

    created: int = 0
    changed: int = 0
    received: int = 0
    paper_ids: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, other: "IngestResult") -> None:
        self.created += other.created
        self.changed += other.changed
        self.received += other.received
        self.paper_ids += other.paper_ids
        self.problems += other.problems


def ingest(
    records: Iterable[PaperRecord], *, text_source: TextSource, today: date, origin: str = ""
) -> IngestResult:
    """Store `records` with their categories, announcements and signals, then rank them.

    Chunks of 2,000 are committed one by one; giving the same records again changes nothing, and
    costs next to nothing when `origin` says which interface told them (Source.name).
    `today` is the day on which a paper whose popularity rises is said to have risen. What the
    tables cannot hold is left out (papers/storable.py). Records that show two stored papers to be
    one merge them (papers/merging.py).
    """
    result = IngestResult()
    for chunk in _chunks(records):
        result.add(ingest_chunk(chunk, text_source=text_source, today=today, origin=origin))
    return result


def ingest_chunk(
    records: Sequence[PaperRecord], *, text_source: TextSource, today: date, origin: str = ""
) -> IngestResult:
    """Store one chunk in one transaction, or nothing of it; see `ingest`."""
    bounded = [storable(record, today=today) for record in records]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.LOCK)
        resolved = resolve(bounded)
        _merge_rows(resolved.groups)
        incoming = [rows.combine(group) for group in resolved.groups]
        changed = _unsaid(cursor, incoming, origin)
        written = _store(cursor, changed, text_source, today, origin) if changed else []
    return IngestResult(
        created=sum(written),
        changed=len(written) - sum(written),
        received=sum(len(group.records) for group in resolved.groups),
        paper_ids=[group.paper_id for group in resolved.groups],
        problems=resolved.problems,
    )


def mark_withdrawn(arxiv_ids: Sequence[str], *, at: datetime) -> int:
    """Say that the papers of these ids are no more, as of `at`; return of how many that was news.

    For records that arXiv deleted, which tell nothing but their id.
    """
    if not arxiv_ids:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.LOCK)
        cursor.execute(sql.WITHDRAW_DELETED, [at, list(arxiv_ids)])
        withdrawn = [paper_id for (paper_id,) in cursor.fetchall()]
        cursor.execute(sql.FORGET_ORIGINS, [withdrawn])
        trending.place(withdrawn, today=at.date())
    return len(withdrawn)


def _chunks(records: Iterable[PaperRecord]) -> Iterator[list[PaperRecord]]:
    iterator = iter(records)
    while chunk := list(islice(iterator, CHUNK_RECORDS)):
        yield chunk


def _merge_rows(groups: Iterable[Group]) -> None:
    for group in groups:
        for other in group.others:
            merge(group.paper_id, other.paper_id)


def _unsaid(cursor: CursorWrapper, incoming: Sequence[Incoming], origin: str) -> list[Incoming]:
    """Those of which this origin did not say just the same the last time."""
    if not origin:
        return list(incoming)
    cursor.execute(sql.ORIGINS, [origin, [each.paper_id for each in incoming]])
    said: dict[int, int] = dict(cursor.fetchall())
    return [each for each in incoming if said.get(each.paper_id) != each.digest]


def _store(
    cursor: CursorWrapper,
    incoming: Sequence[Incoming],
    text_source: TextSource,
    today: date,
    origin: str,
) -> list[bool]:
    """Write them all; return for each row of papers that was written whether it is new."""
    cursor.execute(sql.CREATE_INCOMING)
    rows.copy_in(cursor, incoming, text_source, today)
    cursor.execute(sql.ANALYZE)
    cursor.execute(sql.ADD_CATEGORIES)
    is_all_new = all(each.is_only_new for each in incoming)
    if not is_all_new:
        cursor.execute(sql.KEEP_OLDER_TEXT)
        cursor.execute(sql.NOTE_NEWER_VERSION)
    cursor.execute(sql.UPSERT_PAPERS)
    written = [bool(is_new) for _paper_id, is_new in cursor.fetchall()]
    for statement in sql.WRITE_THE_REST if is_all_new else (*sql.WRITE_THE_REST, *sql.MEND):
        cursor.execute(statement)
    if origin:
        cursor.execute(sql.ADD_ORIGINS, [origin])
    _rank(cursor, incoming, text_source, today)
    return written


def _rank(
    cursor: CursorWrapper, incoming: Sequence[Incoming], text_source: TextSource, today: date
) -> None:
    trending.rank_new([each.paper_id for each in incoming])
    if text_source == TextSource.HUGGING_FACE:
        cursor.execute(sql.NOTE_LISTED)
    with_signals = [each.paper_id for each in incoming if each.signals]
    if with_signals:
        snapshots.store_incoming()
        snapshots.note_latest(with_signals, today=trending.day_of_windows(today))
    others = {each.paper_id for each in incoming if each.signals or not each.is_new}
    trending.update(others, today=today)
    trending.place([each.paper_id for each in incoming if each.paper_id not in others], today=today)
