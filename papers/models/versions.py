from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from papers.models.paper import Paper


class PaperVersion(models.Model):
    """One version of a paper; text is kept once a newer version has replaced it."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    size_bytes = models.PositiveIntegerField(null=True, blank=True)
    title = models.TextField(blank=True, help_text=_("Empty: as the paper's, or not known."))
    abstract = models.TextField(blank=True)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "version"], name="paperversion_unique")
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} v{self.version}"


class PaperOrigin(models.Model):
    """Which interface told of a paper, and the digest of what it last said of it.

    The same words again are known by the digest and cost nothing (papers/ingest.py).
    """

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="origins")
    origin = models.CharField(max_length=200, help_text=_("As Source.name, or arxiv_api, file."))
    digest = models.BigIntegerField()
    first_seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "origin"], name="paperorigin_unique")
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} by {self.origin}"
