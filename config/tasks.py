"""Entrances for Celery to what concerns all apps."""

import logging

from celery import shared_task
from django.utils import timezone

from config import retention

logger = logging.getLogger(__name__)


@shared_task
def forget_what_is_over() -> None:
    """Once a day: delete what has been kept for as long as docs/retention.md says."""
    for what, count in retention.forget_what_is_over(timezone.now()).items():
        logger.info("Deleted %d old rows: %s.", count, what)
