"""The ledger of issues: who may work on one, and what became of it.

It decides every change of `Delivery.state`, each by one UPDATE that names the state it expects and,
for work in hand, the lease token; it never chooses papers or sends. Read more: docs/decisions.md.

    due ── claim ──> claimed ── mark_sending ──> sending ── mark_sent ──> sent
     ^                  │ │                         │ └──── no answer ──> unknown
     └── retry, expire ─┴─┼── nothing to send ──> skipped
                          └── refused, day over ─> failed
"""

import logging
import uuid
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils.translation import gettext_noop as _

from accounts.models import Delivery, User

State = Delivery.State

LEASE = timedelta(minutes=2)
# Greylisting passes after minutes, an outage after hours; then the next issue is nearer.
RETRY_AFTER_MINUTES = (5, 15, 60, 180)
MAX_ATTEMPTS = len(RETRY_AFTER_MINUTES) + 1
# What a row is set to that is tried once more.
AFRESH: dict[str, Any] = {
    "state": State.DUE,
    "reason": "",
    "lease_token": None,
    "claimed_until": None,
    "finished_at": None,
}

# Ended before it was due, and never tried: by a change of hour or zone, or switched off early.
_PASSED_OVER = Q(state=State.SKIPPED, attempts=0, finished_at__lt=F("due_at"))

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one issue; worth nothing once another token stands in the row."""

    delivery_id: int
    token: uuid.UUID

    def held(self, *states: State) -> QuerySet[Delivery]:
        return Delivery.objects.filter(
            pk=self.delivery_id, lease_token=self.token, state__in=states
        )


class LeaseLostError(Exception):
    """Somebody else took the issue over, or it is gone: whoever meets this sends nothing."""


# `at` is the moment of a change. None, always so outside tests and replays, is the database's
# clock: leases of several machines must not depend on their own clocks.


def database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


def new_message_id() -> str:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<digest.{uuid.uuid4().hex}@{host}>"


def new_delivery(user: User, local_date: date, due_at: datetime, **fields: Any) -> Delivery:
    """Return the unsaved row of one issue; its Message-ID is fixed here, once."""
    return Delivery(
        user=user,
        local_date=local_date,
        due_at=due_at,
        message_id=new_message_id(),
        **fields,
    )


def claim(
    delivery_id: int, at: datetime | None = None, *, chosen_at: datetime | None = None
) -> Lease | None:
    """Take a due issue for LEASE and count the attempt; None: it is not due, or is taken.

    Nor while another issue of its reader is in hand, where one of a later date stands, or when one
    went out after `chosen_at`: both would hold the same papers. The tick finds it again.
    """
    lease = Lease(delivery_id, uuid.uuid4())
    # Never by a join: Django updates what a subquery found, and Postgres does not ask that again
    # about a row which another claim held meanwhile. Both claims got it, and both sent.
    free = Delivery.objects.filter(
        _has_open_account(),
        ~has_later_issue(),
        ~_has_issue_in_hand(),
        pk=delivery_id,
        state=State.DUE,
        due_at__lte=_moment(at),
    )
    if chosen_at is not None:
        free = free.exclude(_has_issue_since(chosen_at))
    # One statement by itself: a worker frozen within a transaction would hold the row's lock, and
    # whoever takes over would wait for it.
    savepoint = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with savepoint:
            taken = free.update(
                state=State.CLAIMED,
                lease_token=lease.token,
                claimed_until=_moment(at) + LEASE,
                attempts=F("attempts") + 1,
            )
    except IntegrityError:  # the constraint on issues in hand: another one was quicker
        return None
    return lease if taken else None


def mark_sending(
    lease: Lease,
    *,
    items: Sequence[dict[str, Any]],
    content_hash: str,
    at: datetime | None = None,
) -> None:
    """Commit that the message is about to be handed over, and what it says.

    Called between the message's text and its final dot. Raises LeaseLostError when the token no
    longer stands: then the dot must not follow.
    """
    held = lease.held(State.CLAIMED).update(
        state=State.SENDING,
        claimed_until=_moment(at) + LEASE,
        items=list(items),
        content_hash=content_hash,
    )
    if not held:
        raise LeaseLostError


def mark_sent(lease: Lease, at: datetime | None = None) -> bool:
    """Write down the server's yes, also when it came so late that the row says `unknown`."""
    return _finish(lease, State.SENT, "", at, State.SENDING, State.UNKNOWN)


def mark_unknown(lease: Lease, reason: str, at: datetime | None = None) -> bool:
    """The final dot was sent and no answer came: it may have arrived, so it is not sent again."""
    return _finish(lease, State.UNKNOWN, reason, at, State.SENDING)


def mark_skipped(lease: Lease, reason: str, at: datetime | None = None) -> bool:
    return _finish(lease, State.SKIPPED, reason, at, State.CLAIMED)


def mark_failed(
    lease: Lease,
    reason: str,
    *,
    items: Sequence[dict[str, Any]] | None = None,
    at: datetime | None = None,
) -> bool:
    """End it unsent. `items`, when given, are kept: the reader can still read the issue here."""
    if items is not None:
        lease.held(State.CLAIMED).update(items=list(items))
    return _finish(lease, State.FAILED, reason, at, State.CLAIMED, State.SENDING)


def retry(lease: Lease, reason: str, at: datetime | None = None) -> bool:
    """Put it back for a later attempt in the reader's day, or end it as failed.

    Attempts follow each other after 5, 15, 60 and 180 minutes. The day is the later one of the
    issue's date and today's in the reader's zone.
    """
    delivery = lease.held(State.CLAIMED, State.SENDING).select_related("user").first()
    if delivery is None:
        return False
    now = at or database_now()
    if delivery.attempts >= MAX_ATTEMPTS:
        given_up = _("%(why)s We tried %(count)s times; its papers come with the next issue.")
        return mark_failed(lease, given_up % {"why": reason, "count": delivery.attempts}, at=at)
    due_at = now + timedelta(minutes=RETRY_AFTER_MINUTES[delivery.attempts - 1])
    zone = delivery.user.zone
    if due_at.astimezone(zone).date() > max(delivery.local_date, now.astimezone(zone).date()):
        day_over = _("%(why)s The day was over; its papers come with the next issue.")
        return mark_failed(lease, day_over % {"why": reason}, at=at)
    if _put_back(lease, due_at, reason):
        return True
    # Switched off after the dot. What was in hand before it, `cancel_waiting` took back.
    off = _("%(why)s The daily digest is off, so it is not tried again.")
    return mark_failed(lease, off % {"why": reason}, at=at)


def postpone(lease: Lease, until: datetime, reason: str) -> bool:
    """Let an issue asked for ahead of its hour wait for that hour; no attempt is counted."""
    return _put_back(lease, until, reason, attempts=0)


def expire(at: datetime | None = None) -> int:
    """Settle what a worker left behind when it died or froze; return how many rows changed.

    A claimed issue whose lease ran out is due again, at most MAX_ATTEMPTS times; one that was
    being handed over is `unknown`. The token of an unknown one stays, for a late answer.
    """
    late = Delivery.objects.filter(claimed_until__lt=_moment(at))
    unknown = late.filter(state=State.SENDING).update(
        state=State.UNKNOWN,
        reason=_("The worker stopped while the mail server had not answered."),
        claimed_until=None,
        finished_at=_moment(at),
    )
    claimed = late.filter(state=State.CLAIMED)
    given_up = claimed.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=State.FAILED,
        reason=_("Its preparation broke off %(count)s times.") % {"count": MAX_ATTEMPTS},
        lease_token=None,
        claimed_until=None,
        finished_at=_moment(at),
    )
    back = claimed.update(state=State.DUE, lease_token=None, claimed_until=None)
    if unknown or given_up or back:
        logger.warning("digest: %s unknown, %s given up, %s due again", unknown, given_up, back)
    return unknown + given_up + back


def waiting(delivery_ids: Iterable[int], at: datetime | None = None) -> list[Delivery]:
    """Return the rows of `delivery_ids` that are due, with their users, oldest first."""
    due = Delivery.objects.filter(
        pk__in=list(delivery_ids), state=State.DUE, due_at__lte=_moment(at)
    )
    return list(due.select_related("user").order_by("due_at", "pk"))


def due_ids(at: datetime | None = None, *, held_after: datetime | None = None) -> list[int]:
    """Return the ids of all issues that are due, oldest first.

    Those due after `held_after` wait, unless they were tried before.
    """
    due = Delivery.objects.filter(state=State.DUE, due_at__lte=_moment(at))
    if held_after is not None:
        due = due.filter(Q(due_at__lte=held_after) | Q(attempts__gt=0))
    return list(due.order_by("due_at", "pk").values_list("pk", flat=True))


def cancel_waiting(user: User, at: datetime | None = None, why: str = "") -> int:
    """Take back what is not yet handed over for a reader who wants, or gets, no digest any more.

    A worker that has it in hand loses its lease, so that no dot follows and no later attempt.
    """
    return Delivery.objects.filter(user=user, state__in=[State.DUE, State.CLAIMED]).update(
        state=State.SKIPPED,
        lease_token=None,
        claimed_until=None,
        reason=why or _("The daily digest was switched off before it was sent."),
        finished_at=_moment(at),
    )


def overtake(at: datetime | None = None) -> int:
    """End what still waits where an issue of a later date stands; return how many.

    Sent beside it, the same evening or after an outage, it would hold the same papers.
    """
    return _overtake(Delivery.objects.filter(has_later_issue()), at)


def last_issue(user: User) -> Delivery | None:
    """Return the issue of the latest date, whatever became of it, but none that was passed over."""
    issues = Delivery.objects.filter(user=user).exclude(_PASSED_OVER)
    return issues.order_by("-local_date").first()


def forget_passed_over(user: User, last: Delivery | None) -> None:
    """Take out what was passed over after `last`: under another hour or zone it may come yet."""
    passed_over = Delivery.objects.filter(_PASSED_OVER, user=user)
    if last is not None:
        passed_over = passed_over.filter(local_date__gt=last.local_date)
    passed_over.delete()


def ask_for(user: User, local_date: date, now: datetime) -> Delivery:
    """Return the reader's issue of `local_date`, due at once unless it went out or is in work.

    The same row that the tick makes: whoever comes second finds it. One that was skipped or could
    not be sent is tried again from the start.
    """
    asked = new_delivery(user, local_date, now)
    Delivery.objects.bulk_create([asked], ignore_conflicts=True)
    rows = Delivery.objects.filter(user=user, local_date=local_date)
    rows.filter(state=State.DUE).update(due_at=now)
    _overtake(Delivery.objects.filter(user=user, local_date__lt=local_date), now)
    rows.filter(state__in=[State.SKIPPED, State.FAILED]).update(
        **AFRESH, due_at=now, attempts=0, items=[]
    )
    return rows.get()


def note_came_back(delivery_id: int, reason: str) -> None:
    """Say of an issue that left us that the reader has it on the web only."""
    left = [State.SENT, State.UNKNOWN]
    Delivery.objects.filter(pk=delivery_id, state__in=left).update(reason=reason)


def _has_open_account() -> Exists:
    return Exists(User.objects.filter(pk=OuterRef("user_id"), is_active=True))


def has_later_issue() -> Exists:
    """Whether an issue of a later date stands, which was not passed over."""
    later = Delivery.objects.filter(user=OuterRef("user"), local_date__gt=OuterRef("local_date"))
    return Exists(later.exclude(_PASSED_OVER))


def _has_issue_in_hand() -> Exists:
    in_hand = [State.CLAIMED, State.SENDING]
    return Exists(Delivery.objects.filter(user=OuterRef("user"), state__in=in_hand))


def _has_issue_since(moment: datetime) -> Exists:
    went_out = Delivery.objects.filter(user=OuterRef("user"), finished_at__gt=moment)
    return Exists(went_out.that_reached_the_reader())


def _overtake(earlier: QuerySet[Delivery], at: datetime | None) -> int:
    return earlier.filter(state=State.DUE).update(
        state=State.SKIPPED,
        reason=_("It could not be sent on its day; its papers are in the issue that follows."),
        finished_at=_moment(at),
    )


def _finish(lease: Lease, state: State, reason: str, at: datetime | None, *expected: State) -> bool:
    changed = lease.held(*expected).update(
        state=state, reason=reason, claimed_until=None, finished_at=_moment(at)
    )
    if not changed:
        logger.warning("digest: lease of issue %s lost before %s", lease.delivery_id, state)
    return bool(changed)


def _put_back(lease: Lease, due_at: datetime, reason: str, **fields: Any) -> bool:
    wants_it = Exists(User.objects.filter(pk=OuterRef("user_id"), digest_enabled=True))
    return bool(
        lease.held(State.CLAIMED, State.SENDING)
        .filter(Q(state=State.CLAIMED) | Q(wants_it))
        .update(
            state=State.DUE,
            due_at=due_at,
            reason=reason,
            lease_token=None,
            claimed_until=None,
            **fields,
        )
    )


def _moment(at: datetime | None) -> Combinable:
    return Now() if at is None else Value(at)
