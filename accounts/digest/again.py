"""Issues that ended badly and are tried once more: by the operator's setting, or by hand.

It decides which may be; never where a later issue stands, whose papers are the same, and never to
a reader who left meanwhile. How a row changes is the ledger's.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import Exists, OuterRef, QuerySet

from accounts.digest.ledger import AFRESH, MAX_ATTEMPTS, database_now, has_later_issue
from accounts.models import Delivery, User

# After this no worker waits for a mail server's answer any more (smtp.MESSAGE_SECONDS).
ANSWER_MAY_BE_LATE = timedelta(minutes=5)
# Older issues are yesterday's papers.
SENT_AGAIN_WITHIN = timedelta(days=1)
State = Delivery.State

logger = logging.getLogger(__name__)


def resend_unknown(at: datetime | None = None) -> int:
    """Make issues due again of which nobody knows whether they arrived; return how many.

    For operators who would rather have one twice than none: the same papers under the same
    Message-ID, which many mailboxes show once. Not before a late answer had its time, and only
    within a day.
    """
    now = at or database_now()
    again = _may_go_out(Delivery.objects.filter(state=State.UNKNOWN)).filter(
        attempts__lt=MAX_ATTEMPTS,
        finished_at__lt=now - ANSWER_MAY_BE_LATE,
        finished_at__gt=now - SENT_AGAIN_WITHIN,
    )
    count = again.update(**AFRESH, due_at=now)
    if count:
        logger.warning("digest: %s issues without an answer are sent again", count)
    return count


def try_again(issues: Iterable[int] | QuerySet[Delivery, Any], at: datetime | None = None) -> int:
    """Make issues, named by number, due that failed, or of which nobody knows; return how many.

    An operator's act.
    """
    ended = [State.FAILED, State.UNKNOWN]
    rows = Delivery.objects.filter(pk__in=cast("Any", issues), state__in=ended)
    # One attempt is counted, so that it waits for no papers of the day (DIGEST_WAIT_MINUTES).
    return _may_go_out(rows).update(**AFRESH, attempts=1, due_at=at or database_now())


def _may_go_out(issues: QuerySet[Delivery]) -> QuerySet[Delivery]:
    # By no join: see ledger.claim.
    wants_it = User.objects.filter(
        pk=OuterRef("user_id"), is_active=True, digest_enabled=True, mail_stopped_at=None
    )
    return issues.filter(Exists(wants_it), ~has_later_issue())
