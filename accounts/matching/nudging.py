"""Asks a worker to match now rather than at the next tick."""

import logging

from django.db import transaction
from kombu.exceptions import OperationalError

from accounts import tasks

logger = logging.getLogger(__name__)


def nudge() -> None:
    """When the broker is down the nudge is lost and the tick does it within a minute."""
    transaction.on_commit(_send)


def _send() -> None:
    try:
        tasks.match_papers.apply_async(expires=tasks.NUDGE_EXPIRES_SECONDS)
    except (OperationalError, OSError) as error:
        logger.warning("follows: no worker could be nudged (%s); the tick will", error)
