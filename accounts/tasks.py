"""What Celery calls: ids in, one domain function, a count in the log. No rule lives here.

Both run in the queue `io`, the default one.
"""

import logging
from typing import Any

from celery import shared_task

from accounts.digest import ledger, send, tick

logger = logging.getLogger(__name__)

# A backlog must not pile up: the next tick, a minute later, queues again what is still due.
NUDGE_EXPIRES_SECONDS = 60


@shared_task
def send_due_digests() -> None:
    result = tick.tick(ledger.database_now())
    for chunk in result.chunks:
        send_deliveries.apply_async((chunk,), expires=NUDGE_EXPIRES_SECONDS)
    if result.made:
        logger.info("digest: %s issues came due", result.made)


@shared_task
def send_deliveries(delivery_ids: list[int]) -> None:
    outcomes: Any = send.deliver(delivery_ids, now=ledger.database_now())
    if outcomes:
        logger.info("digest: %s", ", ".join(f"{n} {state}" for state, n in outcomes.items()))
