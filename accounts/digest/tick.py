"""The tick: which issues came due. Run every minute, by one beat or by several.

It makes the ledger's rows, moves the readers' next moments on and settles what dead workers left;
it never chooses or sends. Twice at once it does no harm: the database allows one row a date.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from accounts.digest import again, ledger, schedule, waiting
from accounts.models import Delivery, User
from papers import arming

CHUNK_READERS = 500
CHUNK_DELIVERIES = 100


@dataclass(frozen=True, slots=True)
class TickResult:
    """`made`: issues entered; `expired`: rows settled; `chunks`: ids to send, oldest first."""

    made: int
    expired: int
    chunks: list[list[int]]


def tick(now: datetime, at: datetime | None = None) -> TickResult:
    """Enter every issue due at `now` and return what is to be sent, in chunks of 100 ids.

    `at` is `now` in replays and tests; left out, leases run on the database's clock.
    A restored copy enters and sends nothing until it is armed: readers' moments wait.
    """
    if not arming.is_armed():
        return TickResult(0, 0, [])
    expired = ledger.expire(at)
    if settings.DIGEST_RESEND_UNKNOWN:
        again.resend_unknown(at)
    made = 0
    while (entered := enter_due(now)) is not None:
        made += entered
    ledger.overtake(at)
    ids = ledger.due_ids(at, held_after=waiting.released_until(now))
    return TickResult(made, expired, list(_chunks(ids)))


@transaction.atomic
def enter_due(now: datetime) -> int | None:
    """Enter the issues of up to 500 readers whose moment has come; None: there is none left.

    Rows and next moments change in one transaction. Another tick's readers are passed over.
    """
    due = _due_readers(now).order_by("next_due_at")
    # NO KEY: a vote or a list of theirs, which refers to the reader, need not wait.
    users = list(due.select_for_update(skip_locked=True, no_key=True)[:CHUNK_READERS])
    if not users:
        return None
    rows = [row for user in users for row in _rows_for(user, now)]
    before = Delivery.objects.filter(user__in=users).count()
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    User.objects.bulk_update(users, ["next_due_at"])
    return Delivery.objects.filter(user__in=users).count() - before


def count_due(now: datetime) -> int:
    """Return how many readers' moments have come and are not entered yet."""
    return _due_readers(now).count()


def _due_readers(now: datetime) -> QuerySet[User]:
    return User.objects.filter(digest_enabled=True, is_active=True, next_due_at__lte=now)


def _rows_for(user: User, now: datetime) -> list[Delivery]:
    """Rows of every date missed, and move `user.next_due_at` on. Only the last one is sent."""
    *earlier, (local_date, due_at) = schedule.missed_dates(user, now)
    following = schedule.next_due(user, now)
    # A change in the minute between the due moment and the tick may have brought the next near.
    user.next_due_at, too_near = schedule.pass_over(user, following, due_at)
    moved = [schedule.moved_row(user, moment, now) for moment in too_near]
    skipped = [
        ledger.new_delivery(
            user,
            day,
            moment,
            state=Delivery.State.SKIPPED,
            reason=_("The site was not running; its papers are in the issue that follows."),
            finished_at=now,
        )
        for day, moment in earlier
    ]
    return [*skipped, ledger.new_delivery(user, local_date, due_at), *moved]


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    iterator = iter(ids)
    while chunk := list(islice(iterator, CHUNK_DELIVERIES)):
        yield chunk
