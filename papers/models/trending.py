"""What the trending pages list, and what was listed on past days; all of it can be made anew."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from papers.models.paper import Paper
from papers.ranking import DEFAULT_WEIGHTS
from papers.windows import TrendingList, Window

LARGEST_WEIGHT = 1000.0


class Gained(models.Model):
    """What a paper gained in some days: whole numbers, and their weighted sum."""

    votes = models.PositiveIntegerField(default=0)
    saves = models.PositiveIntegerField(default=0)
    upvotes = models.PositiveIntegerField(default=0)
    stars = models.PositiveIntegerField(default=0)
    citations = models.PositiveIntegerField(default=0)
    gain = models.FloatField(default=0.0)

    class Meta:
        abstract = True


class WindowGain(Gained):
    """What a paper gained in a window that ends now; no row: nothing."""

    pk = models.CompositePrimaryKey("paper_id", "span")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="gains", db_index=False)
    span = models.CharField(max_length=5, choices=Window.choices)
    since = models.DateField(help_text=_("The first day of the window."))

    def __str__(self) -> str:
        return f"{self.paper_id} {self.span}: {self.gain:.1f}"


class Standing(models.Model):
    """A paper's place value in one trending list, of all papers (category "") or of a category.

    One index serves every page of every list. Measured: docs/decisions.md, "Trending".
    """

    pk = models.CompositePrimaryKey("paper_id", "ranking", "category")
    paper = models.ForeignKey(
        Paper, on_delete=models.CASCADE, related_name="standings", db_index=False
    )
    ranking = models.CharField(max_length=6, choices=TrendingList.choices)
    category = models.CharField(max_length=40, blank=True)
    value = models.FloatField()

    class Meta:
        indexes = [
            models.Index(
                *(F("ranking"), F("category"), F("value").desc(), F("paper").desc()),
                name="standing_best",
            )
        ]

    def __str__(self) -> str:
        return f"{self.ranking} {self.category} {self.paper_id}: {self.value:.3f}"


class TrendingDay(models.Model):
    """A past day whose lists are kept; `settled_at` is null while they may still change."""

    day = models.DateField(primary_key=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(day__gte="1990-01-01"), name="trendingday_likely")
        ]

    def __str__(self) -> str:
        return self.day.isoformat()


class TrendingPlace(Gained):
    """The place of a paper among those that gained most in a window ending on a past day."""

    pk = models.CompositePrimaryKey("day_id", "span", "rank")
    day = models.ForeignKey(
        TrendingDay, on_delete=models.CASCADE, related_name="places", db_index=False
    )
    span = models.CharField(max_length=5, choices=Window.choices)
    rank = models.PositiveSmallIntegerField()
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="trending_places")

    def __str__(self) -> str:
        return f"{self.day_id} {self.span} {self.rank}: {self.paper_id}"


def _weight(help_text: Any, default: float) -> "models.FloatField[float, float]":
    within = [MinValueValidator(0.0), MaxValueValidator(LARGEST_WEIGHT)]
    return models.FloatField(default=default, validators=within, help_text=help_text)


class WeightChange(models.Model):
    """The weights of the formula from a moment on; the newest row is in force, none is changed."""

    changed_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False
    )
    reason = models.CharField(max_length=300, help_text=_("Shown on the page of the formula."))
    vote = _weight(_("Of a vote here."), DEFAULT_WEIGHTS.vote)
    saved = _weight(_("Of a reader who saved it in a list."), DEFAULT_WEIGHTS.save)
    upvote = _weight(_("Of an upvote on Hugging Face."), DEFAULT_WEIGHTS.upvote)
    star = _weight(_("Of a star gained on GitHub."), DEFAULT_WEIGHTS.star)
    citation = _weight(_("Of a citation."), DEFAULT_WEIGHTS.citation)

    class Meta:
        ordering = ["-pk"]
        get_latest_by = "pk"

    def __str__(self) -> str:
        return f"{self.changed_at:%Y-%m-%d %H:%M}: {self.reason}"

    def clean(self) -> None:
        if not any((self.vote, self.saved, self.upvote, self.star, self.citation)):
            raise ValidationError(gettext("Something has to count: not all weights can be 0."))


class RankingState(models.Model):
    """One row: by which formula and weights all that is stored was last computed as a whole."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    formula_version = models.PositiveSmallIntegerField()
    weights = models.ForeignKey(WeightChange, on_delete=models.PROTECT, null=True)
    computed_at = models.DateTimeField()
    rolled_on = models.DateField(null=True, help_text=_("The day that windows end with."))
    # What all is being computed anew for, and the last paper that is done with it.
    recomputing = models.CharField(max_length=40, db_default="")
    recomputed_to = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="rankingstate_one_row")]

    def __str__(self) -> str:
        return f"version {self.formula_version}, weights {self.weights_id}"


class RefusedSignal(models.Model):
    """A number that no source can mean, such as ten million stars overnight: kept, not counted."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="refused_signals")
    kind = models.CharField(max_length=20)
    observed_on = models.DateField()
    value = models.BigIntegerField()
    believed = models.IntegerField(null=True, help_text=_("The number before it."))
    refused_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "kind", "observed_on"], name="refusedsignal_one_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.observed_on}: {self.value}"
