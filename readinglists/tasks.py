"""Entrances for workers. Each takes row ids, calls one domain function and may run twice."""

import logging
import time

from celery import shared_task
from django.utils import timezone

from papers import arming
from papers.queues import CPU_TASK_SECONDS, EXPIRES_SECONDS
from readinglists import history, invitations, keeping
from readinglists.imports import arriving, steps, turns

logger = logging.getLogger(__name__)

# Questions of one task follow each other as fast as arXiv allows, about one in three seconds.
LONGEST_FETCHING_SECONDS = 50


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


@shared_task(ignore_result=True)
def go_on_with_imports() -> None:
    """The tick: queue what is not finished, fetch what lists wait for, forget what is old."""
    for pk in turns.waiting_for_work():
        work_on_import.apply_async((pk,), expires=EXPIRES_SECONDS)
    fetch_waiting.apply_async(expires=EXPIRES_SECONDS)
    steps.forget_old(now=timezone.now())


@shared_task(ignore_result=True, time_limit=CPU_TASK_SECONDS)
def work_on_import(import_id: int) -> None:
    steps.work_on(import_id)


@shared_task(ignore_result=True)
def fetch_waiting() -> None:
    if not arming.is_armed():
        return  # on a restored copy it waits
    end = time.monotonic() + LONGEST_FETCHING_SECONDS
    while arriving.fetch_arxiv_ids() and time.monotonic() < end:
        pass
    arriving.fetch_dois()
