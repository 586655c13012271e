"""Whose turn it is to read a source, when the next one is, and how the source is doing.

A worker that was frozen and wakes finds its turn taken and changes nothing; leases are compared on
the database's clock, every change names its fields. Never fetches, never parses, never reads what
an answer holds. Read more: papers/source_moves.py (addresses that moved).
"""

import logging
import random
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from papers.feeds.records import FeedError, FetchError
from papers.models import FetchedDocument, Paper, Source

logger = logging.getLogger(__name__)

FETCH_LEASE = timedelta(minutes=5)
SHORTEST_INTERVAL = timedelta(minutes=60)
FIRST_RETRY = timedelta(hours=1)
LONGEST_RETRY = timedelta(hours=24)
# No reading is more than a day away, so a whole answer is asked for within seven days.
FULL_AFTER = timedelta(days=6)


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


def validators(source: Source, *, now: datetime) -> dict[str, str]:
    """The arguments of a fetcher that ask for news only: `etag` and `last_modified`.

    Both are empty, which asks for the whole answer, when the last one with a body is six days
    old: an origin may say "not modified" for ever.
    """
    if source.last_full_at is None or now - source.last_full_at >= FULL_AFTER:
        return {"etag": "", "last_modified": ""}
    return {"etag": source.etag, "last_modified": source.last_modified}


def next_due(
    source: Source,
    *,
    usual: timedelta,
    now: datetime,
    asked_seconds: Iterable[float | None] = (),
) -> datetime:
    """When to read again after an answer: the source's own interval or else the `usual` one.

    Never sooner than in an hour, nor than any of `asked_seconds` (max-age and Retry-After of the
    answers; None where nothing was said).
    """
    own = source.interval_minutes
    interval = usual if own is None else timedelta(minutes=own)
    asked = (_asked(seconds) for seconds in asked_seconds)
    return now + max(interval, SHORTEST_INTERVAL, *asked)


def _asked(seconds: float | None) -> timedelta:
    """What an origin asked for, 0 to a day."""
    return min(max(timedelta(seconds=seconds or 0.0), timedelta()), LONGEST_RETRY)


def mark_working(source: Source, *, now: datetime, document: FetchedDocument | None = None) -> None:
    """Say that the answer fetched at `now` was good, and keep its validators.

    What failed in the same round, another day of the list, stays said until the next round.
    """
    failed_now = Q(state=Source.State.FAILING, last_attempt_at__gte=now)
    changes: dict[str, Any] = {}
    if document:
        changes = {
            "etag": document.etag,
            "last_modified": document.last_modified,
            "last_full_at": document.fetched_at,
        }
    Source.objects.filter(~failed_now, pk=source.pk).update(
        state=Source.State.OK,
        last_error="",
        failures=0,
        failing_since=None,
        last_attempt_at=now,
        last_success_at=now,
        **changes,
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
    """When to ask again after a failure: in an hour, doubled each time, in a day at most.

    Up to 10 % is added by chance, so that what failed together does not come back together.
    A Retry-After that is longer wins, up to a day.
    """
    failures = Source.objects.values_list("failures", flat=True).get(pk=source.pk)
    wait: timedelta = min(FIRST_RETRY * 2 ** min(max(failures - 1, 0), 12), LONGEST_RETRY)
    wait *= random.uniform(1.0, 1.1)  # noqa: S311 - spreads load, guards nothing
    seconds = error.retry_after_seconds if isinstance(error, FetchError) else None
    return now + max(wait, _asked(seconds))


def say_failures(failed: Sequence[str]) -> None:
    """Log the first of a host's failures, and how many there are: they mostly share their reason.

    An operator whose site is still empty is told what else brings papers.
    """
    if not failed:
        return
    others = len(failed) - 1
    more = f" ({others} more of the same host fail; see /status/)" if others else ""
    logger.warning("%s%s", failed[0], more)
    if not Paper.objects.exists():
        logger.warning(
            "There are no papers yet. Without the network, load some from a file: "
            "manage.py loadpapers FILE.jsonl.gz, or invented samples: make run SAMPLE=1"
        )
