"""Refusals and complaints, counted a reader: when the digest to an address is stopped.

Three refusals within 14 days stop it, one complaint stops it at once. An issue that went out and
did not come back ends the count: only what was refused after it is looked at. Nothing is reset by
a write, so that an issue whose bounce is read late never stands for a success.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop as _

from accounts.bounces import suppression
from accounts.bounces.addresses import hash_address
from accounts.digest.ledger import database_now
from accounts.models import Bounce, Delivery, MailPace, Suppression, User

REFUSALS_TO_STOP = 3
WINDOW = timedelta(days=14)
KEPT = timedelta(days=90)
PACE_KEPT = timedelta(days=1)
LONGEST_WORDS = 300

logger = logging.getLogger(__name__)


@transaction.atomic
def note_refusal(user: User, message_id: str, said: str, at: datetime | None = None) -> bool:
    """Count that the server refused `message_id` to `user.email` for good, once a message.

    `said` is the server's text. Return whether it counted: not when it was told before, or when
    the reader has another address by now. At the third the digest is stopped (suppression.py).
    """
    now = at or database_now()
    reader = _still_with_address(user)
    if reader is None or not _add(reader, Bounce.Kind.REFUSED, message_id, said, now):
        return False
    if reader.mail_stopped_at is None and count_refusals(reader, now) >= REFUSALS_TO_STOP:
        words = _(
            "Mail to %(address)s was refused three times (the server said: %(said)s). "
            "The digest is stopped."
        ) % {"address": reader.email, "said": said[:LONGEST_WORDS]}
        suppression.stop(reader, Suppression.Why.BOUNCES, words, said=said, now=now)
        logger.info("digest: stopped for reader %s after three refusals", reader.pk)
    return True


@transaction.atomic
def note_complaint(user: User, message_id: str, said: str = "", at: datetime | None = None) -> bool:
    """Stop the digest of a reader who reported `message_id` as unwanted; return whether it is new.

    Raises nothing; `said` is what the provider told beside it.
    """
    now = at or database_now()
    reader = _still_with_address(user)
    if reader is None or not _add(reader, Bounce.Kind.COMPLAINT, message_id, said, now):
        return False
    words = _("An issue sent to %s was reported as unwanted mail there. The digest is stopped.") % (
        reader.email
    )
    suppression.stop(reader, Suppression.Why.COMPLAINT, words, said=said, now=now)
    logger.info("digest: stopped for reader %s after a complaint", reader.pk)
    return True


def count_refusals(user: User, now: datetime) -> int:
    """Return how many refusals of the reader's present address count at `now`.

    Those of the last 14 days that came after the last issue which was sent and did not come back.
    """
    refusals = Bounce.objects.filter(
        user=user,
        kind=Bounce.Kind.REFUSED,
        address_hash=hash_address(user.email),
        happened_at__gte=now - WINDOW,
    )
    came_back = Bounce.objects.filter(user=user, message_id=OuterRef("message_id"))
    arrived = Delivery.objects.filter(~Exists(came_back), user=user, state=Delivery.State.SENT)
    last = arrived.order_by("-finished_at").values_list("finished_at", flat=True).first()
    return refusals.filter(happened_at__gt=last).count() if last else refusals.count()


def forget_old(now: datetime) -> int:
    """Delete refusals and complaints older than 90 days, and idle buckets; return how many rows.

    The list of addresses stays.
    """
    idle, _models = MailPace.objects.filter(refilled_at__lt=now - PACE_KEPT).delete()
    old, _models = Bounce.objects.filter(happened_at__lt=now - KEPT).delete()
    return idle + old


def _still_with_address(user: User) -> User | None:
    reader = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    return reader if reader is not None and reader.email == user.email else None


def _add(user: User, kind: Bounce.Kind, message_id: str, said: str, now: datetime) -> bool:
    # The row of the reader is locked, so nobody adds the same between the question and the answer.
    if Bounce.objects.filter(user=user, kind=kind, message_id=message_id).exists():
        return False
    Bounce.objects.create(
        user=user,
        address_hash=hash_address(user.email),
        kind=kind,
        message_id=message_id,
        said=said,
        happened_at=now,
    )
    return True
