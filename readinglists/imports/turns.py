"""Whose turn it is to work on an import: leases, compared on the database's clock.

It decides nothing about the file. A worker that dies is followed by the next; one that wakes too
late finds that the row is not its own any more, and writes nothing.
"""

import uuid
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from papers import nudges, working
from readinglists.models import ListImport

LEASE = timedelta(minutes=3)
NUDGE_TASK = "readinglists.tasks.work_on_import"

State = ListImport.State
AT_WORK = (State.READING, State.WRITING)


def nudge(import_id: int) -> None:
    """Ask a worker to go on with it; without one the tick does."""
    nudges.nudge(NUDGE_TASK, import_id)


def waiting_for_work() -> list[int]:
    """The numbers of those that a worker should go on with."""
    at_work = ListImport.objects.filter(_free(), state__in=AT_WORK)
    return list(at_work.order_by("pk").values_list("pk", flat=True)[:50])


def claim(import_id: int) -> ListImport | None:
    """Take the turn for three minutes; None when it is another's, or there is nothing to do."""
    token = uuid.uuid4()
    free = ListImport.objects.filter(_free(), pk=import_id, state__in=AT_WORK)
    if not free.update(lease_token=token, leased_until=Now() + LEASE, attempts=F("attempts") + 1):
        return None
    return ListImport.objects.filter(pk=import_id, lease_token=token).first()


def held(claimed: ListImport) -> "QuerySet[ListImport]":
    """The row, as long as it is this worker's."""
    return ListImport.objects.filter(pk=claimed.pk, lease_token=claimed.lease_token)


def keep(claimed: ListImport) -> bool:
    """Hold the row until the transaction ends; False when it is not this worker's any more.

    Whoever deletes the import, or its reader, waits. It writes nothing: a row that one transaction
    writes twice is asked for its reader again, at the end, where the deletion has that row.
    """
    return bool(held(claimed).select_for_update().values_list("pk", flat=True).first())


def go_on(claimed: ListImport, **fields: object) -> bool:
    """Write `fields` and renew the turn; False when it has become another's."""
    working.note_alive()
    return bool(held(claimed).update(**fields, leased_until=Now() + LEASE))


def give_back(claimed: ListImport, **fields: object) -> None:
    """Write `fields` and end the turn."""
    held(claimed).update(**fields, lease_token=None, leased_until=None)


def fail(claimed: ListImport, reason: str) -> None:
    give_back(claimed, state=State.FAILED, reason=reason, data=None)


def _free() -> Q:
    return Q(leased_until=None) | Q(leased_until__lt=Now())
