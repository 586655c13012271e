"""Reading a source: fetch what it has for each day, keep the bytes, store what they say.

It decides what becomes of an answer that cannot be read or stored and writes the batch ledger. It
never parses (papers/feeds), never stores papers (papers/ingest.py).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from papers.feeds.records import FeedError, FetchError, HostBusyError, PaperRecord, ParsedFeed
from papers.ingest import IngestResult, ingest
from papers.lag import drop_repeated_announcements, in_feed_of
from papers.models import Announcement, Batch, FetchedDocument, Source
from papers.source_turns import (
    mark_failing,
    mark_working,
    next_try,
    release,
    renew,
    say_failure,
)
from papers.sources import reader_of

logger = logging.getLogger(__name__)

INGEST_ATTEMPTS = 3
INGEST_LEASE = timedelta(minutes=5)
PROBLEMS_KEPT = 50


@dataclass(slots=True)
class Outcome:
    """What reading one source brought; `error` is empty when all of it worked."""

    source: Source
    result: IngestResult = field(default_factory=IngestResult)
    problems: tuple[str, ...] = ()
    error: str = ""


@dataclass(slots=True)
class Fetched:
    """The answers that were kept, and what went wrong with a day, if anything did."""

    documents: list[FetchedDocument] = field(default_factory=list)
    error: FeedError | None = None


def refresh(source: Source, *, now: datetime) -> Outcome:
    """Fetch and store what `source` has at `now`, here and at once."""
    fetched = fetch_documents(source, now=now)
    outcome = Outcome(source, error=str(fetched.error or ""))
    for document in fetched.documents:
        try:
            parsed, result = ingest_document(document)
        except FeedError as error:
            outcome.error = str(error)
        else:
            outcome.result.add(result)
            outcome.problems += parsed.problems
    return outcome


def fetch_documents(source: Source, *, now: datetime) -> Fetched:
    """Fetch the days that `source` should be asked for; each answer is a row as soon as it is here.

    A day that fails does not stop the others, unless the host cannot be reached at all or wants
    to be left alone. Reason and next try are written to the source's row; when all went well it
    is due again after its interval. What had not changed makes no row.
    """
    fetched = Fetched()
    for day in reader_of(source).days(source, now):
        if not renew(source):
            return fetched
        try:
            document = _fetch_day(source, day, now=now)
        except FetchError as error:
            fetched.error = fetched.error or error
            if error.host_wide or not error.status:
                break
        else:
            fetched.documents += [document] if document else []
    _finish(source, fetched, now=now)
    return fetched


def _fetch_day(source: Source, day: date, *, now: datetime) -> FetchedDocument | None:
    reader = reader_of(source)
    try:
        answer = reader.fetch(source, day)
    except FetchError as error:
        if reader.has_unopened_days and error.status == 400:
            return None
        raise
    if answer.not_modified:
        return None
    return FetchedDocument.objects.create(
        source=source,
        body=answer.body,
        for_day=day,
        fetched_at=now,
        etag=answer.etag,
        last_modified=answer.last_modified,
    )


def _finish(source: Source, fetched: Fetched, *, now: datetime) -> None:
    error = fetched.error
    next_due_at = now + reader_of(source).interval
    if isinstance(error, HostBusyError):
        # Nothing was asked: it is not the source that fails, its turn has not come.
        next_due_at = now + timedelta(seconds=error.retry_after_seconds or 60.0)
    elif error:
        mark_failing(source, str(error), now=now)
        next_due_at = next_try(source, error, now=now)
        say_failure(source, error, next_due_at=next_due_at)
    elif not fetched.documents:
        mark_working(source, now=now)
    release(source, next_due_at=next_due_at)


def claim_document(document_id: int) -> FetchedDocument | None:
    """Take a fetched answer for five minutes, three times in all; None when it is not to be had."""
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    waiting = FetchedDocument.objects.filter(free, pk=document_id, attempts__lt=INGEST_ATTEMPTS)
    if not waiting.update(attempts=F("attempts") + 1, leased_until=Now() + INGEST_LEASE):
        return None
    return FetchedDocument.objects.select_related("source").get(pk=document_id)


def ingest_document(document: FetchedDocument) -> tuple[ParsedFeed, IngestResult]:
    """Store what a fetched answer says, write its batch, and let the row go.

    Raises ParseError when it is not what this source sends; the row goes then too, and the source
    is marked failing. Any other error leaves the row, with its words, to be tried again.
    """
    source = _source_of(document)
    reader = reader_of(source)
    try:
        parsed = reader.parse(bytes(document.body), source, document.for_day, document.fetched_at)
    except FeedError as error:
        mark_failing(source, str(error), now=document.fetched_at)
        document.delete()
        raise
    records: Sequence[PaperRecord] = parsed.records
    if reader.may_lag:
        records = drop_repeated_announcements(records, key=source.key, day=document.for_day)
    result = ingest(records, text_source=reader.text_source, today=document.fetched_at.date())
    with transaction.atomic():
        _write_batch(document, records, parsed.problems)
        mark_working(source, now=document.fetched_at, document=document)
        document.delete()
    return parsed, result


def keep_unstored(document: FetchedDocument, error: Exception) -> None:
    """Say in words that an answer could not be stored; its row stays, parked after three tries."""
    reason = f"The answer for {document.for_day} could not be stored: {error}"
    logger.exception("%s: %s", document.source, reason)
    FetchedDocument.objects.filter(pk=document.pk).update(last_error=reason)
    mark_failing(_source_of(document), reason, now=document.fetched_at)


def _source_of(document: FetchedDocument) -> Source:
    assert document.source is not None
    return document.source


def _write_batch(
    document: FetchedDocument, records: Sequence[PaperRecord], problems: tuple[str, ...]
) -> None:
    source, day = _source_of(document), document.for_day
    if reader_of(source).may_lag:
        listed = Announcement.objects.filter(in_feed_of(source.key), announced_on=day)
        received = listed.values("paper_id").distinct().count()
    else:
        received = len(records)
    Batch.objects.update_or_create(
        source=source,
        category=source.key,
        announced_on=day,
        defaults={
            "received": received,
            "rejected": len(problems),
            "problems": list(problems[:PROBLEMS_KEPT]),
            "state": Batch.State.UNKNOWN if received else Batch.State.NONE_TODAY,
            "updated_at": document.fetched_at,
        },
    )
