"""Reading a source: fetch what it has for a day, keep the bytes, store what they say.

It decides what becomes of a source that fails (said in words on its row, tried again later and
later) and writes the batch ledger. It never parses (papers/feeds) nor stores papers (ingest).
"""

import logging
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from papers.feeds.records import FeedError, FetchError, HostBusyError, PaperRecord, ParsedFeed
from papers.ingest import IngestResult, ingest
from papers.models import Announcement, Batch, FetchedDocument, Paper, Source
from papers.sources import reader_of

logger = logging.getLogger(__name__)

FETCH_LEASE = timedelta(minutes=5)
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=24)
INGEST_ATTEMPTS = 3
PROBLEMS_KEPT = 50
# How long ago an id may have been announced for the same listing to be an old answer again.
LAG = timedelta(days=7)


@dataclass(slots=True)
class Outcome:
    """What reading one source brought; `error` is empty when it worked."""

    source: Source
    result: IngestResult = field(default_factory=IngestResult)
    problems: tuple[str, ...] = ()
    error: str = ""


def refresh(source: Source, *, now: datetime) -> Outcome:
    """Fetch and store what `source` has at `now`, here and at once."""
    outcome = Outcome(source)
    try:
        for document in fetch_documents(source, now=now):
            parsed, result = ingest_document(document)
            outcome.result.add(result)
            outcome.problems += parsed.problems
    except FeedError as error:
        outcome.error = str(error)
    return outcome


def claim(source_id: int, *, now: datetime) -> Source | None:
    """Take a due source's turn for five minutes; None when it is another's, or not due."""
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    due = Source.objects.filter(free, pk=source_id, is_active=True, next_due_at__lte=now)
    token = uuid.uuid4()
    if not due.update(lease_token=token, leased_until=now + FETCH_LEASE):
        return None
    return Source.objects.get(pk=source_id)


def fetch_documents(source: Source, *, now: datetime) -> list[FetchedDocument]:
    """Fetch the days that `source` should be asked for and keep each answer as a row.

    The source is due again after its interval; what had not changed makes no row. Raises
    FetchError, after the reason and the next try have been written to the source's row.
    """
    reader = reader_of(source)
    documents = []
    try:
        for day in reader.days(source, now):
            try:
                answer = reader.fetch(source, day)
            except FetchError as error:
                if reader.has_unopened_days and error.status == 400:
                    continue
                raise
            if not answer.not_modified:
                documents.append(
                    FetchedDocument(
                        source=source,
                        body=answer.body,
                        for_day=day,
                        fetched_at=now,
                        etag=answer.etag,
                        last_modified=answer.last_modified,
                    )
                )
    except HostBusyError as error:
        # Nothing was asked: it is not the source that fails, its turn has not come.
        seconds = error.retry_after_seconds or 60.0
        _keep(source, [], next_due_at=now + timedelta(seconds=seconds))
        raise
    except FetchError as error:
        mark_failing(source, error, now=now)
        raise
    _keep(source, documents, next_due_at=now + reader.interval)
    if not documents:
        mark_working(source, now=now)
    return documents


def _keep(source: Source, documents: list[FetchedDocument], *, next_due_at: datetime) -> None:
    with transaction.atomic():
        FetchedDocument.objects.bulk_create(documents)
        source.next_due_at = next_due_at
        source.lease_token = source.leased_until = None
        source.save(update_fields=["next_due_at", "lease_token", "leased_until"])


def ingest_document(document: FetchedDocument) -> tuple[ParsedFeed, IngestResult]:
    """Store what a fetched answer says, write its batch, and let the row go.

    Raises ParseError when it is not what this source sends: the source is marked failing, its
    validators are not kept, so the next fetch is a full one.
    """
    source, reader = document.source, reader_of(document.source)
    try:
        parsed = reader.parse(bytes(document.body), source, document.for_day, document.fetched_at)
    except FeedError as error:
        mark_failing(source, error, now=document.fetched_at)
        document.delete()
        raise
    records: Sequence[PaperRecord] = parsed.records
    if reader.may_lag:
        records = drop_repeated_announcements(records, document)
    result = ingest(records, text_source=reader.text_source, today=document.fetched_at.date())
    with transaction.atomic():
        _write_batch(document, records, parsed.problems)
        mark_working(source, now=document.fetched_at, document=document)
        document.delete()
    return parsed, result


def drop_repeated_announcements(
    records: Sequence[PaperRecord], document: FetchedDocument
) -> list[PaperRecord]:
    """Take away announcements that this category made on an earlier day.

    Feeds have served yesterday's batch under today's date, so freshness is decided by ids: what
    was listed as new or cross-listed here within a week is not announced again, and where nothing
    is fresh the replacements are yesterday's too.
    """
    category, day = document.source.key, document.for_day
    earlier = set(
        Announcement.objects.filter(
            category_id=category,
            announced_on__range=(day - LAG, day - timedelta(days=1)),
            paper__arxiv_id__in=[record.arxiv_id for record in records],
        ).values_list("paper__arxiv_id", flat=True)
    )
    listed = [r for r in records if any(a.kind != "replace" for a in r.announcements)]
    is_old_answer = bool(listed) and all(record.arxiv_id in earlier for record in listed)
    return [
        replace(record, announcements=())
        if is_old_answer or (record in listed and record.arxiv_id in earlier)
        else record
        for record in records
    ]


def _write_batch(
    document: FetchedDocument, records: Sequence[PaperRecord], problems: tuple[str, ...]
) -> None:
    source, day = document.source, document.for_day
    if reader_of(source).may_lag:
        received = Announcement.objects.on(day, source.key).count()
    else:
        received = len(records)
    is_whole = source.kind == Source.Kind.ARXIV_RSS or day < document.fetched_at.date()
    state = Batch.State.COMPLETE if is_whole else Batch.State.ARRIVING
    Batch.objects.update_or_create(
        source=source,
        category=source.key,
        announced_on=day,
        defaults={
            "received": received,
            "rejected": len(problems),
            "problems": list(problems[:PROBLEMS_KEPT]),
            "state": state if received else Batch.State.EMPTY,
            "updated_at": document.fetched_at,
        },
    )


def mark_working(source: Source, *, now: datetime, document: FetchedDocument | None = None) -> None:
    source.state = Source.State.OK
    source.last_error, source.failures, source.failing_since = "", 0, None
    source.last_attempt_at = source.last_success_at = now
    if document is not None:
        source.etag, source.last_modified = document.etag, document.last_modified
    source.save()


def mark_failing(source: Source, error: FeedError, *, now: datetime) -> None:
    """Write down why, and when to try again: 5 minutes, doubled each time, to a day, +- 10 %.

    A Retry-After that is longer wins, up to a day.
    """
    wait = min(FIRST_RETRY * 2 ** min(source.failures, 12), LONGEST_RETRY)
    wait *= random.uniform(0.9, 1.1)  # noqa: S311 - spreads load, guards nothing
    asked = getattr(error, "retry_after_seconds", None) or 0.0
    wait = max(wait, min(timedelta(seconds=asked), LONGEST_RETRY))
    source.state = Source.State.FAILING
    source.last_error = str(error)
    source.failures += 1
    source.failing_since = source.failing_since or now
    source.last_attempt_at = now
    source.next_due_at = now + wait
    source.lease_token = source.leased_until = None
    source.save()
    logger.warning("%s fails: %s Next try at %s UTC.", source, error, f"{now + wait:%H:%M}")
    if not Paper.objects.exists():
        logger.warning(
            "There are no papers yet. Without the network, load some from a file: "
            "manage.py loadpapers FILE.jsonl.gz, or invented samples: make run SAMPLE=1"
        )
