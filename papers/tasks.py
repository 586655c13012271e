"""Entrances for Celery: each takes row ids, calls one domain function and may run twice."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db.models import F
from django.utils import timezone

from papers import refresh
from papers.feeds.records import FeedError
from papers.models import FetchedDocument, Source
from papers.sources import ensure_sources

logger = logging.getLogger(__name__)

# A document not ingested by then was in a queue or a worker that is gone.
LOST_AFTER = timedelta(minutes=5)


@shared_task
def refresh_due_sources() -> None:
    """The tick: queue what is due, and what was fetched but never ingested."""
    ensure_sources()
    now = timezone.now()
    for pk in Source.objects.filter(is_active=True, next_due_at__lte=now).values_list(
        "pk", flat=True
    ):
        refresh_source.delay(pk)
    lost = FetchedDocument.objects.filter(fetched_at__lt=now - LOST_AFTER)
    for pk in lost.filter(attempts__lt=refresh.INGEST_ATTEMPTS).values_list("pk", flat=True):
        ingest_document.delay(pk)


@shared_task
def refresh_source(source_id: int) -> None:
    now = timezone.now()
    source = refresh.claim(source_id, now=now)
    if source is None:
        return
    try:
        documents = refresh.fetch_documents(source, now=now)
    except FeedError:
        return  # written to the source's row, and logged
    for document in documents:
        ingest_document.delay(document.pk)


@shared_task
def ingest_document(document_id: int) -> None:
    FetchedDocument.objects.filter(pk=document_id).update(attempts=F("attempts") + 1)
    document = FetchedDocument.objects.select_related("source").filter(pk=document_id).first()
    if document is None:
        return
    try:
        parsed, result = refresh.ingest_document(document)
    except FeedError:
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
