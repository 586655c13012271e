"""Arming a restored copy: from when on it sends, and what becomes of the issues due until then.

The site that the backup is of may have sent them after the backup was made; the copy cannot know.
So they end as skipped, with the reason, unless the operator says that nothing was sent.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from accounts.digest import tick
from accounts.digest.again import SENT_AGAIN_WITHIN
from accounts.models import Delivery
from papers import arming

State = Delivery.State


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
    while tick.enter_due(now) is not None:
        pass
    # What was tried before waits for its next attempt: that, too, the other site may have made.
    due = Q(state=State.DUE) & (Q(due_at__lte=now) | Q(attempts__gt=0))
    # In the other site's hands as the backup was made: nobody of this one holds it.
    in_hand = Q(state__in=[State.CLAIMED, State.SENDING])
    # DIGEST_RESEND_UNKNOWN would send it again, now or where it is switched on later.
    unknown = Q(state=State.UNKNOWN, finished_at__gt=now - SENT_AGAIN_WITHIN)
    return Delivery.objects.filter(due | in_hand | unknown).update(
        state=State.SKIPPED,
        reason=_(
            "The site was restored from a backup, and may have sent this issue before. "
            "Its papers are in the issue that follows."
        ),
        lease_token=None,
        claimed_until=None,
        finished_at=now,
    )
