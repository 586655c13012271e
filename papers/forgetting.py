"""What of the machinery around papers is deleted after a while; never a paper or its facts.

Each function deletes what is over at `now`, in small transactions, and returns how many rows.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import models

from papers import documents
from papers.models import FetchedDocument, Harvest, HostGate, PaperRequest, VoteAllowance

BATCH_ROWS = 5_000
REQUESTS_KEPT = timedelta(days=90)
PARKED_KEPT = timedelta(days=30)
HARVESTS_KEPT = timedelta(days=365)
GATES_KEPT = timedelta(days=90)
ALLOWANCES_KEPT = timedelta(days=1)  # they count an hour


def delete_in_batches(rows: "models.QuerySet[Any]") -> int:
    """Delete all `rows`, each 5,000 in a transaction of its own, so that nobody waits long."""
    deleted = 0
    while pks := list(rows.order_by().values_list("pk", flat=True)[:BATCH_ROWS]):
        rows.model._default_manager.filter(pk__in=pks).delete()
        deleted += len(pks)
    return deleted


def forget_requests(now: datetime) -> int:
    """Requests for papers that were found, or not; those that wait stay."""
    ended = PaperRequest.objects.exclude(state=PaperRequest.State.WAITING)
    return delete_in_batches(ended.filter(requested_at__lt=now - REQUESTS_KEPT))


def forget_parked_documents(now: datetime) -> int:
    """Answers of sources that could not be stored in spite of a try each day."""
    parked = FetchedDocument.objects.filter(attempts__gte=documents.ATTEMPTS)
    return delete_in_batches(parked.filter(fetched_at__lt=now - PARKED_KEPT))


def forget_harvests(now: datetime) -> int:
    """Long reads that ended: what they brought stays."""
    ended = Harvest.objects.filter(finished_at__lt=now - HARVESTS_KEPT)
    return delete_in_batches(ended.filter(state__in=[Harvest.State.DONE, Harvest.State.STOPPED]))


def forget_gates(now: datetime) -> int:
    """Turns of hosts that were not asked for long."""
    free = models.Q(leased_until=None) | models.Q(leased_until__lt=now)
    return delete_in_batches(HostGate.objects.filter(free, next_allowed_at__lt=now - GATES_KEPT))


def forget_allowances(now: datetime) -> int:
    return delete_in_batches(VoteAllowance.objects.filter(since__lt=now - ALLOWANCES_KEPT))
