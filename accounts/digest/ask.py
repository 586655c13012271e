"""A reader asks for today's issue now: the same row that the tick would make, due at once.

It decides nothing about the issue itself and sends nothing in the request.
"""

from datetime import datetime

from django.db import transaction

from accounts import tasks
from accounts.digest import ledger, schedule
from accounts.models import Delivery, User
from papers import nudges


@transaction.atomic
def send_now(user: User, now: datetime) -> Delivery:
    """Make today's issue of `user` due and nudge a worker; return its row.

    One a local date: an issue that was sent, or may have been, is returned as it is. When the
    broker is down the nudge is lost and the tick finds the row within a minute.
    """
    # The reader's row before the issue's, as the tick takes them: else each waits for the other.
    reader = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    delivery = ledger.ask_for(reader, now.astimezone(reader.zone).date(), now)
    if delivery.state == Delivery.State.DUE and reader.digest_enabled:
        schedule.reschedule(reader, now)
    if delivery.state == Delivery.State.DUE:
        nudges.nudge(tasks.send_deliveries.name, [delivery.pk])
    return delivery
