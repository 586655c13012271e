"""Entrances for Celery: each takes row ids, calls one domain function and may run twice."""

import logging
from collections import defaultdict
from datetime import timedelta

from celery import shared_task
from django.db.models import Case, Q, When
from django.db.models.functions import Now
from django.utils import timezone

from papers import (
    answer_counts,
    arming,
    coverage,
    documents,
    harvest,
    heartbeats,
    requests,
    rounds,
    trending,
    votes,
    working,
)
from papers.meaning import slots
from papers.models import FetchedDocument, PaperRequest, Source
from papers.queues import CPU_TASK_SECONDS, EXPIRES_SECONDS
from papers.source_turns import claim, say_failures
from papers.sources import ensure_sources

logger = logging.getLogger(__name__)

# An answer still not ingested by then: its nudge was lost, or the worker that had it.
LOST_AFTER = timedelta(minutes=1)
# A parser that hangs is killed by papers.feeds.parsing; this bounds the storing too.
INGEST_SECONDS = 240


@shared_task
def refresh_due_sources() -> None:
    """The tick: queue what is due, and what was fetched or asked for but never finished.

    A restored copy asks nobody: beside the other site it would break arXiv's limit.
    """
    if not arming.is_armed():
        return
    ensure_sources()
    _queue_sources()
    _queue_harvests()
    _queue_lost_documents()
    _queue_requests()


def _queue_sources() -> None:
    due: dict[str, list[int]] = defaultdict(list)
    rows = Source.objects.filter(is_active=True, next_due_at__lte=timezone.now())
    # The list pages keep the longest spacing, so they come last among arXiv's.
    is_slow = Case(When(kind=Source.Kind.ARXIV_LIST, then=1), default=0)
    for kind, key, pk in rows.order_by(is_slow, "next_due_at").values_list("kind", "key", "pk"):
        due[rounds.host_group(kind, key)].append(pk)
    # One worker a host: more would only wait for each other, and hold up everybody else's work.
    in_hand = _groups_in_hand()
    for group, source_ids in due.items():
        if group not in in_hand:
            refresh_sources.apply_async((source_ids,), expires=EXPIRES_SECONDS)


def _groups_in_hand() -> set[str]:
    leased = Source.objects.filter(leased_until__gte=Now()).values_list("kind", "key")
    return {rounds.host_group(kind, key) for kind, key in leased}


def _queue_harvests() -> None:
    for pk in harvest.due(timezone.now())[:1]:  # they share arXiv's turn
        fetch_harvest_page.apply_async((pk,), expires=EXPIRES_SECONDS)


def _queue_lost_documents() -> None:
    rounds.say_broken_off(now=timezone.now())
    documents.try_parked_again()
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    lost = FetchedDocument.objects.filter(free, fetched_at__lt=timezone.now() - LOST_AFTER)
    for pk in lost.filter(attempts__lt=documents.ATTEMPTS).values_list("pk", flat=True):
        ingest_document.apply_async((pk,), expires=EXPIRES_SECONDS)


def _queue_requests() -> None:
    waiting = PaperRequest.objects.filter(
        state=PaperRequest.State.WAITING, next_due_at__lte=timezone.now()
    )
    for pk in waiting.values_list("pk", flat=True):
        fetch_requested_paper.apply_async((pk,), expires=EXPIRES_SECONDS)


@shared_task
def refresh_sources(source_ids: list[int]) -> None:
    """Read sources of one host one after the other: they share its turn."""
    failed: list[str] = []
    for source_id in source_ids:
        working.note_alive()
        source = claim(source_id, now=timezone.now())
        if source is None:
            continue
        turn = rounds.take_turn(source, now=timezone.now())
        failed += [f"{source} fails: {turn.error}"] if turn.error else []
        for document in turn.documents:
            ingest_document.apply_async((document.pk,), expires=EXPIRES_SECONDS)
    say_failures(failed)
    _queue_harvests()  # a repair may have begun


@shared_task
def fetch_harvest_page(harvest_id: int) -> None:
    claimed = harvest.claim(harvest_id, now=timezone.now())
    document = rounds.read_page(claimed, now=timezone.now()) if claimed else None
    if document:
        ingest_document.apply_async((document.pk,), expires=EXPIRES_SECONDS)


@shared_task(time_limit=INGEST_SECONDS)
def ingest_document(document_id: int) -> None:
    document = documents.claim_document(document_id)
    if document is None:
        return
    rounds.store(document, now=timezone.now())
    encode_new_papers.apply_async(expires=EXPIRES_SECONDS)
    if document.harvest_id:
        _queue_harvests()


@shared_task
def encode_new_papers() -> None:
    slots.follow()


@shared_task
def refresh_meaning() -> None:
    slots.refresh(now=timezone.now())


@shared_task
def fetch_requested_paper(request_id: int) -> None:
    if not arming.is_armed():
        return  # it waits in its row
    requests.fetch_requested(request_id)


@shared_task
def forget_old_counts() -> None:
    answer_counts.forget_old_counts(today=timezone.now().date())


@shared_task
def restate_coverage() -> None:
    """Say anew which batches are late, complete or short."""
    coverage.restate(now=timezone.now())


@shared_task(time_limit=CPU_TASK_SECONDS)
def follow_trending() -> None:
    """Let votes count that were held, and the lists follow the calendar and the weights."""
    votes.release_held(now=timezone.now())
    trending.follow(now=timezone.now())


@shared_task
def beat_io() -> None:
    heartbeats.beat("io")


@shared_task(time_limit=CPU_TASK_SECONDS)
def beat_cpu() -> None:
    heartbeats.beat("cpu")
