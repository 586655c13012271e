"""The turn to write matches, which one worker has at a time; the row that holds how far they are.

It decides who may write: each transaction that writes matches asks `Lease.hold` first, so that a
worker which stood still cannot undo what the next one found. Read more: docs/decisions.md.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import MatchCursor
from papers import working

# A worker that dies holds others up no longer than this; one that works renews its turn.
LEASE = timedelta(minutes=2)


class LeaseLost(Exception):
    """Another worker took over: what this one found is found by that one too."""


@dataclass(frozen=True, slots=True)
class Lease:
    token: uuid.UUID

    def renew(self) -> None:
        self.move()

    def move(self, **fields: Any) -> None:
        """Write `fields` of the row and renew the turn; raises LeaseLost."""
        working.note_alive()
        if not self._mine().update(leased_until=Now() + LEASE, **fields):
            raise LeaseLost

    @contextmanager
    def hold(self) -> Iterator[None]:
        """A transaction within which nobody else can take over; raises LeaseLost."""
        with transaction.atomic():
            self.renew()
            yield

    def release(self) -> None:
        self._mine().update(lease_token=None, leased_until=None)

    def _mine(self) -> Any:
        return MatchCursor.objects.filter(pk=1, lease_token=self.token)


def take() -> Lease | None:
    """Return the turn, None while another worker has it."""
    MatchCursor.objects.bulk_create([MatchCursor(cursor=0)], ignore_conflicts=True)
    token = uuid.uuid4()
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    taken = MatchCursor.objects.filter(free, pk=1).update(
        lease_token=token, leased_until=Now() + LEASE
    )
    return Lease(token) if taken else None


@contextmanager
def turn() -> Iterator[Lease | None]:
    """Have the turn, or None; given back at the end, with an exception too."""
    lease = take()
    try:
        yield lease
    finally:
        if lease is not None:
            lease.release()
