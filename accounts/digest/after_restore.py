"""Arming a restored copy: from when on it sends, and what becomes of the issues due until then.

The site that the backup is of may have sent them after the backup was made; the copy cannot know.
So they end as skipped, with the reason, unless the operator says that nothing was sent.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from accounts.digest import ledger, tick
from accounts.models import Delivery
from papers import arming


def arm(now: datetime, *, send_due: bool = False) -> int:
    """Let the copy send from now on; return how many issues were skipped.

    `send_due` leaves them to the next tick: for when the other site surely sent nothing after the
    backup was made. Raises LookupError on a database that is no restored copy.
    """
    with transaction.atomic():
        if arming.is_armed():
            raise LookupError("no restored copy")
        skipped = 0 if send_due else _skip_due(now)
        arming.arm()
    return skipped


def _skip_due(now: datetime) -> int:
    ledger.expire(now)
    while tick.enter_due(now) is not None:
        pass
    # What was tried before waits for its next attempt: that, too, the other site may have made.
    waiting = Delivery.objects.filter(state=Delivery.State.DUE)
    return waiting.filter(Q(due_at__lte=now) | Q(attempts__gt=0)).update(
        state=Delivery.State.SKIPPED,
        reason=_(
            "The site was restored from a backup, and may have sent this issue before. "
            "Its papers are in the issue that follows."
        ),
        finished_at=now,
    )
