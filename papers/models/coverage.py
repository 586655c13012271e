from django.db import models
from django.utils.translation import gettext_lazy as _

from papers.models.sources import Source


class Batch(models.Model):
    """The ledger of what a source brought for one day: nothing goes missing unsaid."""

    class State(models.TextChoices):
        COMPLETE = "complete", _("complete")
        PARTIAL = "partial", _("partial")
        LATE = "late", _("late")
        HOLIDAY = "holiday", _("holiday")
        NONE_TODAY = "none_today", _("none today")
        UNKNOWN = "unknown", _("total not stated")

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="batches")
    category = models.CharField(max_length=500, blank=True, help_text=_("The source's key."))
    announced_on = models.DateField()
    expected = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("As somebody states it; empty: nobody did.")
    )
    received = models.PositiveIntegerField(default=0)
    recovered = models.PositiveIntegerField(
        default=0, help_text=_("Of those received, brought later by the nightly repair.")
    )
    rejected = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, help_text=_("One sentence an item left out."))
    state = models.CharField(max_length=10, choices=State.choices, default=State.UNKNOWN)
    read_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the source last answered for this day.")
    )
    witnessed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When a list page last stated the total.")
    )
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "batches"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "category", "announced_on"], name="batch_unique"
            )
        ]
        indexes = [models.Index(fields=["-announced_on"], name="batch_by_day")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.announced_on}: {self.received}"


class CalendarYear(models.Model):
    """A year whose arXiv holidays are known: all of them stand in Holiday."""

    year = models.PositiveSmallIntegerField(primary_key=True)

    class Meta:
        ordering = ["-year"]

    def __str__(self) -> str:
        return str(self.year)


class Holiday(models.Model):
    """A day without an announcement by arXiv's calendar (US Eastern, the evening's date)."""

    day = models.DateField(primary_key=True)
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}".strip()
