from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Source(models.Model):
    """Something outside that is read again and again: a category's feed, a site's list, a count.

    `key` says which one of its kind: a category (`arxiv_rss`, `arxiv_oai`, `arxiv_list`), the
    address of a feed (`syndication`), nothing where there is only one.
    """

    class Kind(models.TextChoices):
        ARXIV_LIST = "arxiv_list", _("arXiv's list page")
        ARXIV_OAI = "arxiv_oai", _("arXiv nightly repair")
        ARXIV_RSS = "arxiv_rss", "arXiv RSS"
        GITHUB = "github", _("GitHub stars")
        HUGGINGFACE = "huggingface", "Hugging Face Daily Papers"
        SEMANTIC_SCHOLAR = "semantic_scholar", _("Semantic Scholar citations")
        SYNDICATION = "syndication", _("RSS or Atom feed")

    class State(models.TextChoices):
        NEW = "new", _("not read yet")
        OK = "ok", _("working")
        FAILING = "failing", _("failing")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    key = models.CharField(max_length=500, blank=True, help_text=_("A category or an address."))
    title = models.CharField(max_length=200, blank=True, help_text=_("As shown, if not the key."))
    is_active = models.BooleanField(default=True, help_text=_("Not paused."))
    interval_minutes = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Between two readings, at least 60; empty: as usual.")
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    last_error = models.TextField(blank=True, help_text=_("Why it fails, in words."))
    failures = models.PositiveIntegerField(default=0, help_text=_("In a row."))
    failing_since = models.DateTimeField(null=True, blank=True)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_full_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Last answer with a body, not 304.")
    )
    next_due_at = models.DateTimeField(db_default=Now())
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    etag = models.CharField(max_length=500, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    # A permanent redirect is believed when it is seen again after a day (RELIABILITY P25).
    moved_to = models.CharField(max_length=500, blank=True, editable=False)
    moved_seen_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["kind", "key"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="source_unique")]
        indexes = [
            models.Index(
                fields=["next_due_at"], condition=models.Q(is_active=True), name="source_due"
            )
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_kind_display()} {self.key}".strip()

    @property
    def name(self) -> str:
        """As typed after `manage.py refresh`: `huggingface`, `arxiv_rss:cs.LG`."""
        return f"{self.kind}:{self.key}" if self.key else self.kind


class FetchedDocument(models.Model):
    """An answer that was fetched and waits to be parsed; the row goes when it is ingested."""

    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, null=True, related_name="documents"
    )
    harvest = models.ForeignKey(
        "papers.Harvest", on_delete=models.CASCADE, null=True, related_name="documents"
    )
    body = models.BinaryField()
    for_day = models.DateField(help_text=_("The announcement or list day it was asked for."))
    page = models.PositiveSmallIntegerField(default=0)
    fetched_at = models.DateTimeField()
    content_type = models.CharField(max_length=200, blank=True)
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, help_text=_("Why it could not be stored."))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source__isnull=True) ^ models.Q(harvest__isnull=True),
                name="fetcheddocument_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id or self.harvest_id} {self.for_day}"
