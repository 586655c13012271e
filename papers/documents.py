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
# What a full disk or a restart prevented goes by itself; what killed its workers is not tried more.
PARKED_AGAIN_AFTER = timedelta(days=1)
BROKEN_OFF = ATTEMPTS + 1


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
    if not waiting.update(attempts=F("attempts") + 1, leased_until=Now() + LEASE, last_error=""):
        return None
    return FetchedDocument.objects.select_related("source", "harvest").get(pk=document_id)


def let_go(document: FetchedDocument) -> bool:
    """Delete the row, in the transaction that writes what follows from it.

    False when another worker has done so: it took over while this one was frozen, and what follows
    is written already.
    """
    deleted, _by_model = FetchedDocument.objects.filter(pk=document.pk).delete()
    return bool(deleted)


def try_parked_again() -> None:
    """Give the answers that could not be stored one more try a day."""
    lately = Now() - PARKED_AGAIN_AFTER
    parked = FetchedDocument.objects.filter(attempts=ATTEMPTS, leased_until__lt=lately)
    parked.exclude(last_error="").update(attempts=ATTEMPTS - 1)


def park_broken_off() -> list[FetchedDocument]:
    """Park for good the answers whose last worker ended without a word, and return them."""
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    rows = FetchedDocument.objects.filter(free, attempts=ATTEMPTS, last_error="")
    broken_off = list(rows.select_related("source", "harvest").defer("body"))
    return [row for row in broken_off if rows.filter(pk=row.pk).update(attempts=BROKEN_OFF)]


def write_why_unstored(document: FetchedDocument, error: Exception) -> str:
    """Say in words that an answer could not be stored; its row stays, parked after three tries."""
    reason = f"The answer for {document.for_day} could not be stored: {error}"
    logger.error("%s: %s", document.source or document.harvest, reason, exc_info=error)
    FetchedDocument.objects.filter(pk=document.pk).update(last_error=reason)
    return reason
