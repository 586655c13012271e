"""Reading a source: fetch what it has for each day, keep the bytes, store what they say.

It decides what becomes of an answer that cannot be read or stored. It never parses (papers/feeds),
never stores papers (papers/ingest.py) and writes no state of a batch (papers/coverage.py).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from papers import coverage, documents
from papers.feeds.fetch import FetchedResponse
from papers.feeds.parsing import parse_apart
from papers.feeds.records import FeedError, FetchError, HostBusyError, PaperRecord, ParsedFeed
from papers.ingest import IngestResult, ingest
from papers.lag import drop_repeated_announcements
from papers.models import FetchedDocument, Source
from papers.source_moves import note_move
from papers.source_turns import (
    mark_failing,
    mark_working,
    next_due,
    next_try,
    release,
    renew,
    validators,
)
from papers.sources import Ask, reader_of, usual_interval

logger = logging.getLogger(__name__)

MOST_PAGES = 10


@dataclass(slots=True)
class Outcome:
    """What reading one source brought; `error` is empty when all of it worked."""

    source: Source
    result: IngestResult = field(default_factory=IngestResult)
    problems: tuple[str, ...] = ()
    error: str = ""


@dataclass(slots=True)
class Fetched:
    """The answers that were kept, what went wrong with a day, if anything did, and for how long
    the origin said that its answers stay fresh."""

    documents: list[FetchedDocument] = field(default_factory=list)
    error: FeedError | None = None
    asked_seconds: list[float | None] = field(default_factory=list)


def refresh(source: Source, *, now: datetime) -> Outcome:
    """Fetch and store what `source` has at `now`, here and at once."""
    fetched = fetch_documents(source, now=now)
    outcome = Outcome(source, error=str(fetched.error or ""))
    for document in fetched.documents:
        try:
            parsed, result = store_document(document)
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
            _fetch_day(source, day, fetched, now=now)
        except FetchError as error:
            fetched.error = fetched.error or error
            if error.host_wide or not error.status:
                break
    _finish(source, fetched, now=now)
    return fetched


def _fetch_day(source: Source, day: date, fetched: Fetched, *, now: datetime) -> None:
    """Every page of a day's list, each kept at once; ten slow ones take longer than one turn."""
    for page in range(MOST_PAGES):
        if page and not renew(source):
            return
        answer = _ask(source, day, page, now=now)
        if answer is None:
            return
        if words := note_move(source, answer.moved_to, now=now):
            logger.warning("%s: %s", source, words)
        fetched.asked_seconds += [answer.max_age_seconds, answer.retry_after_seconds]
        if answer.not_modified:
            return
        fetched.documents.append(
            documents.keep(answer, source=source, for_day=day, page=page, now=now)
        )
        if not reader_of(source).has_next_page(answer):
            return


def _ask(source: Source, day: date, page: int, *, now: datetime) -> FetchedResponse | None:
    reader = reader_of(source)
    try:
        return reader.fetch(Ask(source, day, page, **validators(source, now=now)))
    except FetchError as error:
        if error.status == 400 and page == 0 and reader.may_be_unopened(source, day, now):
            return None
        raise


def _finish(source: Source, fetched: Fetched, *, now: datetime) -> None:
    error = fetched.error
    if isinstance(error, HostBusyError):
        # Nothing was asked: it is not the source that fails, its turn has not come.
        next_due_at = now + timedelta(seconds=error.retry_after_seconds or 60.0)
    elif error:
        mark_failing(source, str(error), now=now)
        next_due_at = next_try(source, error, now=now)
    else:
        next_due_at = next_due(
            source, usual=usual_interval(source), now=now, asked_seconds=fetched.asked_seconds
        )
        if not fetched.documents:
            mark_working(source, now=now)
    release(source, next_due_at=next_due_at)


def store_document(document: FetchedDocument) -> tuple[ParsedFeed, IngestResult]:
    """Store what a source's answer says, write its batch, and let the row go.

    Raises ParseError when it is not what this source sends; the row goes then too, and the source
    is marked failing. Any other error leaves the row, with its words, to be tried again.
    """
    source = _source_of(document)
    try:
        parsed = _parse(document)
    except FeedError as error:
        with transaction.atomic():
            if documents.let_go(document):
                _put_off(source, error, at=document.fetched_at)
        raise
    records = _fresh(parsed.records, document)
    result = ingest(
        records,
        text_source=reader_of(source).text_source,
        today=document.fetched_at.date(),
        origin=source.name,
    )
    with transaction.atomic():
        if documents.let_go(document):
            _write_ledger(document, parsed, result, unstored=len(records) - result.received)
            mark_working(source, now=document.fetched_at, document=document)
    return parsed, result


def _put_off(source: Source, error: FeedError, *, at: datetime) -> None:
    """An answer that cannot be read is a failure too: ask again later and later."""
    mark_failing(source, str(error), now=at)
    later = next_try(source, error, now=at)
    Source.objects.filter(pk=source.pk, next_due_at__lt=later).update(next_due_at=later)


def _parse(document: FetchedDocument) -> ParsedFeed:
    source = _source_of(document)
    reader = reader_of(source)
    body = bytes(document.body)
    parsed: ParsedFeed = parse_apart(reader.parse, body, **reader.arguments(source, document))
    return parsed


def _fresh(records: Sequence[PaperRecord], document: FetchedDocument) -> Sequence[PaperRecord]:
    source = _source_of(document)
    if not reader_of(source).may_lag:
        return records
    return drop_repeated_announcements(records, key=source.key, day=document.for_day)


def _write_ledger(
    document: FetchedDocument, parsed: ParsedFeed, result: IngestResult, *, unstored: int
) -> None:
    source = _source_of(document)
    if parsed.expected is not None and parsed.day is not None:
        coverage.witness(
            source.key,
            day=parsed.day,
            expected=parsed.expected,
            witnessed_at=document.fetched_at,
        )
    elif source.kind != Source.Kind.ARXIV_LIST:
        coverage.write_batch(
            source,
            day=document.for_day,
            received=len(parsed.records),
            rejected=len(parsed.problems) + unstored,
            problems=(*parsed.problems, *result.problems),
            read_at=document.fetched_at,
            is_further_page=document.page > 0,
        )


def fail_to_store(document: FetchedDocument, error: Exception) -> None:
    """Keep an answer that could not be stored, and say so at its source."""
    reason = documents.write_why_unstored(document, error)
    mark_failing(_source_of(document), reason, now=document.fetched_at)


def _source_of(document: FetchedDocument) -> Source:
    if document.source is None:
        raise ValueError(f"{document} belongs to a harvest (papers/harvest.py).")
    return document.source
