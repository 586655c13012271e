"""Whose turn it is to read a source, and how the source is doing: every change names its fields.

A worker that was frozen and wakes finds its turn taken and changes nothing; leases are compared on
the database's clock. Never fetches, never parses.
"""

import logging
import random
import uuid
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Now

from papers.feeds.records import FeedError, FetchError
from papers.models import FetchedDocument, Paper, Source

logger = logging.getLogger(__name__)

FETCH_LEASE = timedelta(minutes=5)
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=24)


def claim(source_id: int, *, now: datetime) -> Source | None:
    """Take a due source's turn for five minutes; None when it is another's, or not due."""
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    due = Source.objects.filter(free, pk=source_id, is_active=True, next_due_at__lte=now)
    if not due.update(lease_token=uuid.uuid4(), leased_until=Now() + FETCH_LEASE):
        return None
    return Source.objects.get(pk=source_id)


def renew(source: Source) -> bool:
    """Keep the turn for five minutes more; False when it has become another's."""
    if source.lease_token is None:  # read by a command, without a turn
        return True
    held = Source.objects.filter(pk=source.pk, lease_token=source.lease_token)
    return bool(held.update(leased_until=Now() + FETCH_LEASE))


def release(source: Source, *, next_due_at: datetime) -> None:
    """Give the turn back and say when the source is due again."""
    Source.objects.filter(pk=source.pk, lease_token=source.lease_token).update(
        lease_token=None, leased_until=None, next_due_at=next_due_at
    )


def mark_working(source: Source, *, now: datetime, document: FetchedDocument | None = None) -> None:
    """Say that the answer fetched at `now` was good, and keep its validators.

    What failed in the same round, another day of the list, stays said until the next round.
    """
    failed_now = Q(state=Source.State.FAILING, last_attempt_at__gte=now)
    validators = (
        {"etag": document.etag, "last_modified": document.last_modified} if document else {}
    )
    Source.objects.filter(~failed_now, pk=source.pk).update(
        state=Source.State.OK,
        last_error="",
        failures=0,
        failing_since=None,
        last_attempt_at=now,
        last_success_at=now,
        **validators,
    )


def mark_failing(source: Source, reason: str, *, now: datetime) -> None:
    """Write down in words why the source fails; several faults of one round count as one."""
    current = Source.objects.get(pk=source.pk)
    Source.objects.filter(pk=source.pk).update(
        state=Source.State.FAILING,
        last_error=reason,
        failures=current.failures + (current.last_attempt_at != now),
        failing_since=current.failing_since or now,
        last_attempt_at=now,
    )


def next_try(source: Source, error: FeedError, *, now: datetime) -> datetime:
    """Return when to ask again after a failure: 5 minutes, doubled each time, to a day, +- 10 %.

    A Retry-After that is longer wins, up to a day.
    """
    failures = Source.objects.values_list("failures", flat=True).get(pk=source.pk)
    wait: timedelta = min(FIRST_RETRY * 2 ** min(max(failures - 1, 0), 12), LONGEST_RETRY)
    wait *= random.uniform(0.9, 1.1)  # noqa: S311 - spreads load, guards nothing
    seconds = error.retry_after_seconds if isinstance(error, FetchError) else None
    asked = timedelta(seconds=seconds or 0.0)
    return now + max(wait, min(asked, LONGEST_RETRY))


def say_failure(source: Source, error: FeedError, *, next_due_at: datetime) -> None:
    logger.warning("%s fails: %s Next try at %s UTC.", source, error, f"{next_due_at:%H:%M}")


def say_what_else_brings_papers() -> None:
    """Tell an operator whose site is still empty, after its sources failed."""
    if not Paper.objects.exists():
        logger.warning(
            "There are no papers yet. Without the network, load some from a file: "
            "manage.py loadpapers FILE.jsonl.gz, or invented samples: make run SAMPLE=1"
        )
