from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from papers.meaning import filling, slots, vectors
from papers.meaning.training import TrainingError
from papers.models import MeaningPart, MeaningSlot, MeaningTraining, Paper
from tests.factories import make_paper
from tests.papers.meaning.corpus import fit_here, make_library, serve

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def few_papers_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "FIRST_PAPERS", 10)
    monkeypatch.setattr(slots, "train", lambda papers: fit_here())


def count_vectors(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {vectors.TABLES[name]}")  # noqa: S608
        return int(cursor.fetchone()[0])


def test_nothing_is_trained_of_too_few_papers() -> None:
    make_paper()
    slots.refresh(now=NOW)
    assert slots.live() is None


def test_the_first_training_serves_every_paper() -> None:
    make_library()
    slots.refresh(now=NOW)
    served = slots.live()
    assert served is not None
    assert count_vectors(served.slot) == Paper.objects.count()


def test_a_second_training_is_due_after_a_week_or_a_fifth_more() -> None:
    make_library()
    slots.refresh(now=NOW)
    assert not slots.is_due(now=NOW + timedelta(days=6))
    make_paper()
    assert slots.is_due(now=NOW + timedelta(days=7))
    for _number in range(4):
        make_paper()
    assert slots.is_due(now=NOW + timedelta(hours=1))


def test_a_second_training_goes_into_the_other_slot() -> None:
    make_library()
    slots.refresh(now=NOW)
    make_paper()
    slots.refresh(now=NOW + timedelta(days=8))
    assert MeaningSlot.objects.get(is_live=True).pk == "b"
    assert count_vectors("a") == 18


def test_the_old_vectors_are_deleted_ten_minutes_later() -> None:
    test_a_second_training_goes_into_the_other_slot()
    slots.refresh(now=NOW + timedelta(days=8, minutes=11))
    assert count_vectors("a") == 0
    assert MeaningPart.objects.values("model_key").distinct().count() == 1


def test_a_half_made_slot_is_finished_without_training_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_library()

    def die(name: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(vectors, "build_index", die)
        with pytest.raises(KeyboardInterrupt):
            slots.refresh(now=NOW)
    assert slots.live() is None
    key = MeaningSlot.objects.get(state=MeaningSlot.State.FILLING).model_key
    slots.refresh(now=NOW + timedelta(minutes=1))
    served = slots.live()
    assert served is not None
    assert served.model_key == key


def test_the_old_slot_is_served_until_the_new_one_is_complete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_library()
    slots.refresh(now=NOW)
    make_paper()
    monkeypatch.setattr(filling, "fill", lambda name: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        slots.refresh(now=NOW + timedelta(days=8))
    served = slots.live()
    assert served is not None
    assert served.slot == "a"


def test_a_training_that_fails_is_tried_again_later_and_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_library()

    def fail(papers: int) -> None:
        raise TrainingError("There is no word in them.")

    monkeypatch.setattr(slots, "train", fail)
    slots.refresh(now=NOW)
    slots.refresh(now=NOW + timedelta(minutes=9))
    slots.refresh(now=NOW + timedelta(minutes=11))
    training = MeaningTraining.objects.get()
    assert training.failures == 2
    assert training.not_before == NOW + timedelta(minutes=31)
    assert training.last_error == "There is no word in them."


def test_the_database_allows_one_live_slot_only() -> None:
    make_library()
    serve(fit_here())
    with pytest.raises(Exception, match="meaningslot_one_live"):
        serve(fit_here(), name="b")
