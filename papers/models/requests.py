from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from papers.models.paper import Paper


class PaperRequest(models.Model):
    """A paper that a reader asked for by id, DOI or address, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being fetched")
        FOUND = "found", _("found")
        FAILED = "failed", _("not found")

    class Scheme(models.TextChoices):
        ARXIV = "arxiv", "arXiv"
        DOI = "doi", "DOI"
        URL = "url", _("address")

    scheme = models.CharField(max_length=10, choices=Scheme.choices)
    value = models.CharField(max_length=500)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="paper_requests"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.TextField(blank=True, help_text=_("Why it was not found, in words."))
    paper = models.ForeignKey(
        Paper, on_delete=models.SET_NULL, null=True, blank=True, related_name="requests"
    )
    requested_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    next_due_at = models.DateTimeField(db_default=Now())
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_due_at"], condition=models.Q(state="waiting"), name="request_due"
            ),
            models.Index(fields=["requested_by", "-requested_at"], name="request_by_reader"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"
