"""One turn of any source, and what becomes of any fetched answer: who does it is decided here.

Lists and feeds are read by papers/refresh.py, the nightly repair by papers/repair.py, counts of
stars and citations by papers/stars.py and papers/citations.py.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from papers import citations, documents, harvest, refresh, repair, stars
from papers.feeds.records import FeedError, HostBusyError
from papers.ingest import IngestResult
from papers.models import FetchedDocument, Harvest, Source
from papers.source_turns import mark_failing, mark_working, next_try, release, renew
from papers.sources import READERS

logger = logging.getLogger(__name__)

COUNTS_INTERVAL = timedelta(hours=1)


class BrokenOffError(Exception):
    """Storing an answer ended without a result: the worker was killed, or took too long."""


@dataclass(slots=True)
class Turn:
    """What is to be stored next, and what went wrong, if anything did."""

    documents: list[FetchedDocument] = field(default_factory=list)
    error: str = ""


def host_group(kind: str, key: str) -> str:
    """Return what sources of one host share, so that one worker reads them in turn."""
    if kind == Source.Kind.SYNDICATION:
        return urlsplit(key).netloc.lower()
    return "arxiv" if kind.startswith("arxiv_") else kind


def take_turn(source: Source, *, now: datetime) -> Turn:
    """Read a source whose turn was claimed; its row says afterwards how it went."""
    match source.kind:
        case Source.Kind.ARXIV_OAI:
            repair.begin(source, now=now)
            return Turn()
        case Source.Kind.GITHUB | Source.Kind.SEMANTIC_SCHOLAR:
            return _count(source, now=now)
        case _:
            fetched = refresh.fetch_documents(source, now=now)
            return Turn(fetched.documents, str(fetched.error or ""))


def _count(source: Source, *, now: datetime) -> Turn:
    count = stars.count_stars if source.kind == Source.Kind.GITHUB else citations.count_citations
    try:
        counted = count(now=now, go_on=partial(renew, source))
    except HostBusyError as error:
        # Nothing was asked: it is not the source that fails, its turn has not come.
        release(source, next_due_at=now + timedelta(seconds=error.retry_after_seconds or 60.0))
        return Turn()
    except FeedError as error:
        mark_failing(source, str(error), now=now)
        release(source, next_due_at=next_try(source, error, now=now))
        return Turn(error=str(error))
    logger.info("%s: %s", source, counted)
    mark_working(source, now=now)
    release(source, next_due_at=now + COUNTS_INTERVAL)
    return Turn()


def read_now(source: Source, *, now: datetime) -> refresh.Outcome:
    """Read `source` to its end, here and at once; without a turn, for commands and replays."""
    if source.kind in READERS:
        return refresh.refresh(source, now=now)
    outcome = refresh.Outcome(source)
    take_turn(source, now=now)
    while one := source.harvests.filter(state=Harvest.State.RUNNING).first():
        result = _read_and_store(one, now=now)
        if result is None:
            break
        outcome.result.add(result)
    source.refresh_from_db()
    if source.state == Source.State.FAILING:
        outcome.error = source.last_error
    return outcome


def _read_and_store(one: Harvest, *, now: datetime) -> IngestResult | None:
    claimed = harvest.claim(one.pk, now=now)
    document = read_page(claimed, now=now) if claimed else None
    taken = documents.claim_document(document.pk) if document else None
    return store(taken, now=now) if taken else None


def read_page(one: Harvest, *, now: datetime) -> FetchedDocument | None:
    """Ask for the next page of a claimed harvest; a repair's source says how it goes."""
    document = harvest.fetch_page(one, now=now)
    if document is None:
        one.refresh_from_db()
        repair.follow(one, now=now)
    return document


def store(document: FetchedDocument, *, now: datetime) -> IngestResult | None:
    """Store a claimed answer; what went wrong is in words at its source or harvest."""
    if document.harvest is not None:
        return _store_page(document, document.harvest, now=now)
    try:
        parsed, result = refresh.store_document(document)
    except FeedError:
        return None
    except Exception as error:
        refresh.fail_to_store(document, error)
        return None
    logger.info(
        "%s for %s: %d papers, %d new, %d changed, %d left out",
        document.source,
        document.for_day,
        result.received,
        result.created,
        result.changed,
        len(parsed.problems),
    )
    return result


def _store_page(document: FetchedDocument, one: Harvest, *, now: datetime) -> IngestResult | None:
    result = None
    try:
        result = harvest.store_page(document, now=now)
    except FeedError as error:
        logger.warning("%s: %s", one, error)
    except Exception as error:
        harvest.fail_to_store(document, error)
    one.refresh_from_db()
    if result:
        logger.info(
            "%s, page %d: %d papers, %d new, %d changed",
            one,
            one.pages,
            result.received,
            result.created,
            result.changed,
        )
    repair.follow(one, now=now)
    return result


def say_broken_off(*, now: datetime) -> None:
    """Say of answers whose workers were stopped again and again that they are not stored."""
    for document in documents.park_broken_off():
        error = BrokenOffError(f"it stopped its worker {documents.ATTEMPTS} times.")
        if document.harvest is None:
            refresh.fail_to_store(document, error)
        else:
            harvest.fail_to_store(document, error)
            document.harvest.refresh_from_db()
            repair.follow(document.harvest, now=now)
