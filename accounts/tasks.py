"""What Celery calls: ids in, one domain function, a count in the log. No rule lives here.

The digest's run in the queue `io`, the default one; matching papers runs in `cpu`.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from accounts.archive import waiting
from accounts.bounces import boxes, reading, refusals
from accounts.digest import ledger, send, stopping, tick
from accounts.matching import arrivals, seeding
from accounts.matching.lease import LeaseLost
from papers import arming
from papers.queues import CPU_TASK_SECONDS, EXPIRES_SECONDS, ROUND_SECONDS

logger = logging.getLogger(__name__)


@worker_shutting_down.connect
def stop_between_two_readers(**_kwargs: Any) -> None:
    stopping.ask()


@shared_task
def send_due_digests() -> None:
    result = tick.tick(ledger.database_now())
    for chunk in result.chunks:
        send_deliveries.apply_async((chunk,), expires=EXPIRES_SECONDS)
    if result.made:
        logger.info("digest: %s issues came due", result.made)


@shared_task
def send_deliveries(delivery_ids: list[int]) -> None:
    outcomes: Any = send.deliver(delivery_ids, now=ledger.database_now())
    if outcomes:
        logger.info("digest: %s", ", ".join(f"{n} {state}" for state, n in outcomes.items()))


@shared_task
def read_bounces() -> None:
    """Read the mailbox of bounces, where there is one; one that is away is read the next time.

    A restored copy leaves it alone: the mails in it are the other site's.
    """
    if not arming.is_armed():
        return
    try:
        counted = reading.read(boxes.read_configured())
    except boxes.BoxError as error:
        logger.error("bounces: %s", error)
        return
    if counted:
        logger.info("bounces: %s", reading.in_words(counted))


@shared_task
def forget_old_bounces() -> None:
    forgotten = refusals.forget_old(ledger.database_now())
    if forgotten:
        logger.info("bounces: %s old rows are forgotten", forgotten)


@shared_task
def settle_arrived_papers() -> None:
    """Of imported archives: what waited for papers that are here now."""
    if settled := waiting.settle_arrived():
        logger.info("archives: %s papers have come that readers waited for", settled)


@shared_task
def ask_for_missing_papers() -> None:
    if asked := waiting.ask_for_missing(ledger.database_now()):
        logger.info("archives: %s papers are asked for", asked)


@shared_task(time_limit=CPU_TASK_SECONDS)
def match_papers() -> None:
    """Match what came, ask what was just followed, look at all recent papers once a day.

    Ends after four minutes and the batch in hand; the next tick goes on from there.
    """
    end = time.monotonic() + ROUND_SECONDS
    try:
        _repeat("matched", arrivals.match_arrivals, end)
        while time.monotonic() < end and (seeded := seeding.seed(now=ledger.database_now())):
            logger.info("follows: %s new searches were asked of recent papers", seeded)
        _repeat("looked at again", arrivals.recheck, end)
    except LeaseLost:
        logger.warning("follows: another worker took over from one that stood still")


def _repeat(done: str, step: Callable[..., arrivals.Outcome], end: float) -> None:
    """Go on until all is done, or until `end` by the monotonic clock."""
    goes_on = True
    while goes_on and time.monotonic() < end:
        outcome = step(now=ledger.database_now())
        goes_on = outcome.goes_on
        if outcome.asked:
            logger.info(
                "follows: %s papers %s against %s searches (%s by the index): %s new matches",
                outcome.papers,
                done,
                outcome.asked,
                outcome.run,
                outcome.added,
            )
