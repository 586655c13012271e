"""Fetched answers on their way from the network to the tables, each a row until it is stored.

It decides who may store one, how often it is tried, and what is said when it cannot be; never what
it means. A killed worker or a wiped queue loses nothing: the tick finds the row again.
"""

import logging
from datetime import date, datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Now

from papers.feeds.fetch import FetchedResponse
from papers.models import FetchedDocument, Harvest, Source

logger = logging.getLogger(__name__)

ATTEMPTS = 3
LEASE = timedelta(minutes=5)


def keep(
    answer: FetchedResponse,
    *,
    source: Source | None = None,
    harvest: Harvest | None = None,
    for_day: date,
    page: int = 0,
    now: datetime,
) -> FetchedDocument:
    """Write an answer down as soon as it is here."""
    return FetchedDocument.objects.create(
        source=source,
        harvest=harvest,
        body=answer.body,
        for_day=for_day,
        page=page,
        fetched_at=now,
        content_type=answer.content_type[:200],
        etag=answer.etag,
        last_modified=answer.last_modified,
    )


def claim_document(document_id: int) -> FetchedDocument | None:
    """Take a fetched answer for five minutes, three times in all; None when it is not to be had."""
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    waiting = FetchedDocument.objects.filter(free, pk=document_id, attempts__lt=ATTEMPTS)
    if not waiting.update(attempts=F("attempts") + 1, leased_until=Now() + LEASE):
        return None
    return FetchedDocument.objects.select_related("source", "harvest").get(pk=document_id)


def let_go(document: FetchedDocument) -> bool:
    """Delete the row, in the transaction that writes what follows from it.

    False when another worker has done so: it took over while this one was frozen, and what follows
    is written already.
    """
    deleted, _by_model = FetchedDocument.objects.filter(pk=document.pk).delete()
    return bool(deleted)


def write_why_unstored(document: FetchedDocument, error: Exception) -> str:
    """Say in words that an answer could not be stored; its row stays, parked after three tries."""
    reason = f"The answer for {document.for_day} could not be stored: {error}"
    logger.error("%s: %s", document.source or document.harvest, reason, exc_info=error)
    FetchedDocument.objects.filter(pk=document.pk).update(last_error=reason)
    return reason
