"""Entrances for Celery: each takes row ids, calls one domain function and may run twice."""

import logging
from collections import defaultdict
from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from papers import refresh
from papers.feeds.records import FeedError
from papers.models import FetchedDocument, Source
from papers.source_turns import claim, say_what_else_brings_papers
from papers.sources import ensure_sources

logger = logging.getLogger(__name__)

# A nudge is repeated by the next tick, so an old one waiting in the queue is worth nothing.
NUDGE_SECONDS = 60
# An answer still not ingested by then: its nudge was lost, or the worker that had it.
LOST_AFTER = timedelta(minutes=1)
# A parser that hangs is killed with its process; the row is tried again (docs/decisions.md).
INGEST_SECONDS = 240


@shared_task
def refresh_due_sources() -> None:
    """The tick: queue what is due, and what was fetched but never ingested."""
    ensure_sources()
    now = timezone.now()
    due: dict[str, list[int]] = defaultdict(list)
    for kind, pk in Source.objects.filter(is_active=True, next_due_at__lte=now).values_list(
        "kind", "pk"
    ):
        due[kind].append(pk)
    for source_ids in due.values():
        refresh_sources.apply_async((source_ids,), expires=NUDGE_SECONDS)
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    lost = FetchedDocument.objects.filter(free, fetched_at__lt=now - LOST_AFTER)
    for pk in lost.filter(attempts__lt=refresh.INGEST_ATTEMPTS).values_list("pk", flat=True):
        ingest_document.apply_async((pk,), expires=NUDGE_SECONDS)


@shared_task
def refresh_sources(source_ids: list[int]) -> None:
    """Read sources of one kind one after the other: they share a host, and so one turn."""
    has_failed = False
    for source_id in source_ids:
        source = claim(source_id, now=timezone.now())
        if source is None:
            continue
        fetched = refresh.fetch_documents(source, now=timezone.now())
        has_failed |= fetched.error is not None
        for document in fetched.documents:
            ingest_document.apply_async((document.pk,), expires=NUDGE_SECONDS)
    if has_failed:
        say_what_else_brings_papers()


@shared_task(time_limit=INGEST_SECONDS)
def ingest_document(document_id: int) -> None:
    document = refresh.claim_document(document_id)
    if document is None:
        return
    try:
        parsed, result = refresh.ingest_document(document)
    except FeedError:
        return  # written to the source's row
    except Exception as error:
        refresh.keep_unstored(document, error)
        return
    logger.info(
        "%s for %s: %d papers, %d new, %d changed, %d left out",
        document.source,
        document.for_day,
        result.received,
        result.created,
        result.changed,
        len(parsed.problems),
    )
