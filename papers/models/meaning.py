"""The model of meaning and the vectors of papers, in two slots: one served, one being made."""

from typing import Any

from django.db import models
from django.db.models import Q

from papers.meaning.model import DIMENSIONS


class HalfVectorField(models.Field):  # type: ignore[type-arg]  # generic in stubs only
    """A pgvector `halfvec`; it is written and read by papers/meaning/vectors.py alone."""

    def db_type(self, connection: Any) -> str:
        return f"halfvec({DIMENSIONS})"


class MeaningSlot(models.Model):
    """One of the two slots, a and b: which model its vectors are of, and how far it is.

    The first fill goes by the numbers of papers up to `filled_to`; what changes meanwhile and
    afterwards is followed from `cursor_xid` and `cursor_paper_id` on, which count transactions of
    the database that `database` names.
    """

    class State(models.TextChoices):
        EMPTY = "empty"
        FILLING = "filling"
        READY = "ready"

    name = models.CharField(max_length=1, primary_key=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.EMPTY)
    is_live = models.BooleanField(default=False)
    model_key = models.UUIDField(null=True)
    trained_at = models.DateTimeField(null=True)
    trained_papers = models.PositiveIntegerField(default=0)
    live_since = models.DateTimeField(null=True)
    database = models.CharField(max_length=100, blank=True)
    is_filled = models.BooleanField(default=False)
    filled_to = models.BigIntegerField(default=0)
    cursor_xid = models.BigIntegerField(default=0)
    cursor_paper_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_live"], condition=Q(is_live=True), name="meaningslot_one_live"
            ),
            models.CheckConstraint(condition=Q(name__in=("a", "b")), name="meaningslot_a_or_b"),
            models.CheckConstraint(
                condition=Q(is_live=False) | Q(state="ready"), name="meaningslot_live_is_ready"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class MeaningTraining(models.Model):
    """One row: how the last tries to train went, so that a failing one is not repeated at once."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    failures = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="meaningtraining_single_row")]

    def __str__(self) -> str:
        return self.last_error


class MeaningPart(models.Model):
    """A piece of one array of a model, at most a few megabytes; the pieces in order make it up."""

    model_key = models.UUIDField()
    array = models.CharField(max_length=20)
    number = models.PositiveSmallIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["model_key", "array", "number"], name="meaningpart_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model_key} {self.array} {self.number}"


class _PaperVector(models.Model):
    """A paper's vector, of length 1; a paper none of whose words the model knows has none.

    The number of the paper is no key: it may be deleted any time, and its vector goes soon after.
    """

    paper_id = models.BigIntegerField(primary_key=True)
    embedding = HalfVectorField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.paper_id)


class PaperVectorA(_PaperVector):
    pass


class PaperVectorB(_PaperVector):
    pass
