"""Entrances for workers. Each may run twice and does no harm."""

import logging

from celery import shared_task
from django.utils import timezone

from readinglists import history, invitations, keeping

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def empty_old_bins() -> None:
    """Delete lists that have been in a bin for 30 days."""
    count = keeping.empty_old_bins(now=timezone.now())
    logger.info("Deleted %d lists from bins.", count)


@shared_task(ignore_result=True)
def forget_old_changes() -> None:
    """Delete what was written down of lists over a year ago."""
    count = history.forget_old(now=timezone.now())
    logger.info("Forgot %d old changes of lists.", count)


@shared_task(ignore_result=True)
def forget_old_invitations() -> None:
    """Delete invitations that nobody answered, and with them addresses."""
    count = invitations.forget_expired(now=timezone.now())
    logger.info("Forgot %d invitations.", count)
