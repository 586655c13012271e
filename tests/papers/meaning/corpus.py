"""A small library of three subjects whose papers share words, and a model made of it here."""

import time
from datetime import date
from uuid import uuid4

from django.utils import timezone

from papers.meaning import filling, store, vectors
from papers.meaning.fitting import fit
from papers.meaning.model import Model
from papers.meaning.terms import join_text
from papers.models import MeaningSlot, Paper
from papers.search import changes
from tests.factories import make_paper

SUBJECTS = {
    "robots": "robot arm grasping gripper manipulation control joints",
    "proteins": "protein folding structure amino acid sequence enzyme",
    "speech": "speech recognition audio acoustic phoneme speaker voice",
}
PAPERS_EACH = 6


def make_library(*, announced_on: date | None = None) -> dict[str, list[Paper]]:
    """Six papers of each subject; every one lacks one of its subject's words."""
    library: dict[str, list[Paper]] = {}
    for subject, words in SUBJECTS.items():
        library[subject] = [
            make_paper(
                title=f"{subject.capitalize()} {number}",
                abstract=" ".join(word for n, word in enumerate(words.split()) if n != number),
                announced_on=announced_on,
            )
            for number in range(PAPERS_EACH)
        ]
    return library


def fit_here() -> Model:
    texts = Paper.objects.order_by("pk").values_list("title", "abstract")
    fitted = fit([join_text(title, abstract) for title, abstract in texts])
    return Model(uuid4(), fitted.terms, fitted.weights, fitted.components)


def fill_now(name: str = "a") -> int:
    """Fill the slot with all that changed so far; return how many papers were encoded."""
    wait_for_others()
    return filling.fill(name)


def wait_for_others() -> None:
    """Other tests' transactions on the same server hold the horizon back for moments."""
    target, deadline = changes.newest_change(), time.monotonic() + 10
    while not _is_decided(target) and time.monotonic() < deadline:
        time.sleep(0.01)


def _is_decided(transaction_id: int) -> bool:
    with changes.snapshot() as now:
        return now.decided > transaction_id


def serve(model: Model, *, name: str = "a") -> None:
    """Fill the slot with vectors of the stored papers, index it and serve it."""
    store.save(model)
    slot = MeaningSlot(name=name, state=MeaningSlot.State.FILLING, model_key=model.key)
    slot.trained_at, slot.trained_papers = timezone.now(), Paper.objects.count()
    filling.begin(slot)
    slot.save()
    filling.fill(name)
    vectors.build_index(name)
    MeaningSlot.objects.filter(pk=name).update(
        state=MeaningSlot.State.READY, is_live=True, live_since=timezone.now()
    )
