from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Source(models.Model):
    """An outside list that is read again and again: one category's feed, one site's list."""

    class Kind(models.TextChoices):
        HUGGINGFACE = "huggingface", "Hugging Face Daily Papers"
        ARXIV_RSS = "arxiv_rss", "arXiv RSS"

    class State(models.TextChoices):
        NEW = "new", _("not read yet")
        OK = "ok", _("working")
        FAILING = "failing", _("failing")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    key = models.CharField(max_length=80, blank=True, help_text=_("A category, or nothing."))
    is_active = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    last_error = models.TextField(blank=True, help_text=_("Why it fails, in words."))
    failures = models.PositiveIntegerField(default=0, help_text=_("In a row."))
    failing_since = models.DateTimeField(null=True, blank=True)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    next_due_at = models.DateTimeField(db_default=Now())
    lease_token = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["kind", "key"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="source_unique")]
        indexes = [
            models.Index(
                fields=["next_due_at"], condition=models.Q(is_active=True), name="source_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}".strip()

    @property
    def name(self) -> str:
        """As typed after `manage.py refresh`: `huggingface`, `arxiv_rss:cs.LG`."""
        return f"{self.kind}:{self.key}" if self.key else self.kind


class FetchedDocument(models.Model):
    """An answer that was fetched and waits to be parsed; the row goes when it is ingested."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="documents")
    body = models.BinaryField()
    for_day = models.DateField(help_text=_("The announcement or list day it was asked for."))
    fetched_at = models.DateTimeField()
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, help_text=_("Why it could not be stored."))

    def __str__(self) -> str:
        return f"{self.source_id} {self.for_day}"


class Batch(models.Model):
    """The ledger of what a source brought for one day: nothing goes missing unsaid."""

    class State(models.TextChoices):
        ARRIVING = "arriving", _("arriving")
        COMPLETE = "complete", _("complete")
        EMPTY = "empty", _("empty")

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="batches")
    category = models.CharField(max_length=40, blank=True)
    announced_on = models.DateField()
    expected = models.PositiveIntegerField(null=True, blank=True)
    received = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, help_text=_("One sentence an item left out."))
    state = models.CharField(max_length=10, choices=State.choices, default=State.ARRIVING)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "batches"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "category", "announced_on"], name="batch_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.announced_on}: {self.received}"


class HostGate(models.Model):
    """One host's turn, shared by every worker on every machine (DESIGN 3.14)."""

    host = models.CharField(max_length=200, primary_key=True)
    next_allowed_at = models.DateTimeField(db_default=Now())
    lease_token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.host
