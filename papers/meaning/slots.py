"""When a model is trained, and which of the two slots of vectors is served.

The old vectors are served until the new are complete with their index; then one transaction
changes over. Killed at any point, the next tick goes on. Never looks at a text. Read more: DESIGN
3.4.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from papers.alone import alone_at
from papers.meaning import filling, store, vectors
from papers.meaning.training import TrainingError, train
from papers.models import MeaningSlot, MeaningTraining, Paper, TextSource

logger = logging.getLogger(__name__)

FIRST_PAPERS = 1000
GROWTH = 1.2
RENEWED_EVERY = timedelta(days=7)
# After the change a page under way may still ask the old vectors.
EMPTIED_AFTER = timedelta(minutes=10)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(days=1)
_LIVE = "SELECT name, model_key FROM papers_meaningslot WHERE is_live"


@dataclass(frozen=True, slots=True)
class Live:
    """The slot that is served, and the key of its model."""

    slot: str
    model_key: UUID


def live() -> Live | None:
    """Return what is served now; None before the first training."""
    with connection.cursor() as cursor:
        cursor.execute(_LIVE)
        row = cursor.fetchone()
    return Live(*row) if row else None


def follow() -> int:
    """Encode the papers that came or changed; return how many."""
    served = live()
    return filling.fill(served.slot) if served else 0


def refresh(*, now: datetime) -> None:
    """Follow the papers; train, or go on with a half-made slot, where that is due.

    Takes minutes when it trains. Only one process of all machines does so at a time.
    """
    follow()
    with alone_at("papers.meaning") as is_mine:
        if not is_mine:
            return
        _empty_old(now)
        slot = MeaningSlot.objects.filter(state=MeaningSlot.State.FILLING).first()
        if slot is None and is_due(now=now):
            slot = _train(now)
        if slot is not None:
            _finish(slot)


def is_due(*, now: datetime) -> bool:
    """Whether to train: at 1,000 papers, then weekly or when there are a fifth more."""
    if MeaningTraining.objects.filter(not_before__gt=now).exists():
        return False
    papers = _count_papers()
    served = MeaningSlot.objects.filter(is_live=True).first()
    if served is None or served.trained_at is None:
        return papers >= FIRST_PAPERS
    has_grown = papers >= served.trained_papers * GROWTH
    is_old = now - served.trained_at >= RENEWED_EVERY
    return has_grown or (is_old and papers >= FIRST_PAPERS and papers != served.trained_papers)


def _count_papers() -> int:
    return Paper.objects.exclude(text_source=TextSource.SAMPLE).count()


def _train(now: datetime) -> MeaningSlot | None:
    _count_attempt(now)
    papers = _count_papers()
    logger.info("Training the model of meaning on %d papers.", papers)
    try:
        model = train(papers)
    except TrainingError as error:
        MeaningTraining.objects.update(last_error=str(error))
        logger.error("No model of meaning could be made: %s", error)
        return None
    with transaction.atomic():
        slot = _spare()
        vectors.clear(slot.name)
        store.save(model)
        slot.state, slot.model_key = MeaningSlot.State.FILLING, model.key
        slot.trained_at, slot.trained_papers = now, papers
        filling.begin(slot)
        slot.save()
        store.forget_unused()
    return slot


def _count_attempt(now: datetime) -> None:
    """Written before: what kills its worker is not tried again at once either."""
    training, _is_new = MeaningTraining.objects.get_or_create(pk=1)
    pause = min(FIRST_PAUSE * 2 ** min(training.failures, 10), LONGEST_PAUSE)
    MeaningTraining.objects.update(failures=F("failures") + 1, not_before=now + pause)


def _spare() -> MeaningSlot:
    for name in vectors.TABLES:
        MeaningSlot.objects.get_or_create(pk=name)
    return MeaningSlot.objects.select_for_update().filter(is_live=False).order_by("pk")[0]


def _finish(slot: MeaningSlot) -> None:
    papers = filling.fill(slot.name)
    vectors.build_index(slot.name)
    filling.fill(slot.name)
    with transaction.atomic():
        MeaningSlot.objects.filter(is_live=True).update(is_live=False)
        MeaningSlot.objects.filter(pk=slot.pk).update(
            state=MeaningSlot.State.READY, is_live=True, live_since=Now()
        )
        MeaningTraining.objects.update(failures=0, not_before=None, last_error="")
    logger.info("The vectors of %d papers are ready.", papers)


def _empty_old(now: datetime) -> None:
    """Give back the space of the vectors that were served before."""
    served = MeaningSlot.objects.filter(is_live=True, live_since__lt=now - EMPTIED_AFTER)
    old = MeaningSlot.objects.filter(is_live=False, state=MeaningSlot.State.READY).first()
    if old is None or not served.exists():
        return
    with transaction.atomic():
        MeaningSlot.objects.filter(pk=old.pk).update(
            state=MeaningSlot.State.EMPTY, model_key=None, is_filled=False
        )
        vectors.clear(old.name)
        store.forget_unused()
