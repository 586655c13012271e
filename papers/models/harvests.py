from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from papers.models.sources import Source


class Harvest(models.Model):
    """A long read in many pages that survives a restart: the nightly repair, or a backfill.

    The span from `first_on` to `last_on` is read window by window; within a window `position`
    says where the next page begins (an OAI-PMH resumption token, or an offset of the query API).
    """

    class Interface(models.TextChoices):
        OAI = "oai", "OAI-PMH, arXiv"
        OAI_RAW = "oai_raw", "OAI-PMH, arXivRaw"
        API = "api", _("query API")

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")

    source = models.ForeignKey(
        Source,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="harvests",
        help_text=_("The nightly repair it belongs to; empty: a backfill."),
    )
    interface = models.CharField(max_length=10, choices=Interface.choices)
    scope = models.CharField(
        max_length=80, blank=True, help_text=_("An OAI-PMH set, or a category of the query API.")
    )
    first_on = models.DateField(help_text=_("OAI-PMH: last changed since; query API: submitted."))
    last_on = models.DateField(null=True, blank=True, help_text=_("Empty: until now."))
    earliest_month = models.DateField(
        null=True, blank=True, help_text=_("Papers with an id of an earlier month are left out.")
    )
    window_first_on = models.DateField()
    window_last_on = models.DateField(null=True, blank=True)
    position = models.TextField(blank=True)
    positioned_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    pages = models.PositiveIntegerField(default=0)
    received = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text=_("In a row."))
    last_error = models.TextField(blank=True)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    busy_seconds = models.FloatField(default=0.0, help_text=_("Spent on pages so far."))
    next_due_at = models.DateTimeField(db_default=Now())
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [
            models.Index(
                fields=["next_due_at"], condition=models.Q(state="running"), name="harvest_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_interface_display()} {self.scope} {self.first_on}"
