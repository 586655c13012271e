from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from readinglists.models.history import ListChange
from readinglists.models.lists import ReadingList


class ListImport(models.Model):
    """A file of papers that a reader gave, what was found in it, and what became of that.

    `data` holds the file's bytes until they are read. The target is `reading_list`, or a new list
    called `new_title`. It is deleted after `expires_at`; the list keeps what was imported.
    """

    class State(models.TextChoices):
        READING = "reading", _("being read")
        READY = "ready", _("to be looked at")
        WRITING = "writing", _("being imported")
        DONE = "done", _("imported")
        FAILED = "failed", _("not read")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_imports"
    )
    reading_list = models.ForeignKey(
        ReadingList, on_delete=models.SET_NULL, null=True, blank=True, related_name="imports"
    )
    new_title = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    data = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    reason = models.TextField(blank=True, help_text=_("Why it was not read, in words."))
    format = models.CharField(max_length=20, blank=True)
    charset = models.CharField(max_length=20, blank=True)
    is_guessed = models.BooleanField(default=False, help_text=_("Nothing says the encoding."))
    total = models.PositiveIntegerField(null=True, blank=True, help_text=_("Papers in the file."))
    looked_at = models.PositiveIntegerField(default=0, help_text=_("Of them, so far."))
    change = models.ForeignKey(
        ListChange, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["user", "-id"], name="listimport_of_reader"),
            models.Index(
                fields=["id"],
                condition=Q(state__in=("reading", "writing")),
                name="listimport_to_do",
            ),
            models.Index(fields=["expires_at"], name="listimport_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name or 'text'} ({self.state})"

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.READING, self.State.WRITING)


class ImportRow(models.Model):
    """A record of the file, or a piece that was not understood. `paper_number` is a paper's, as it
    was numbered when the file was read: a merge may have moved it since."""

    class Outcome(models.TextChoices):
        MATCHED = "matched", _("here already")
        NEW = "new", _("to be fetched")
        DOUBLE = "double", _("twice in the file")
        UNKNOWN = "unknown", _("not understood")
        REMARK = "remark", _("remark")

    list_import = models.ForeignKey(ListImport, on_delete=models.CASCADE, related_name="rows")
    place = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    where = models.CharField(max_length=80, blank=True)
    words = models.CharField(max_length=200, blank=True)
    excerpt = models.CharField(max_length=1000, blank=True, help_text=_("Its title, or its words."))
    paper_number = models.BigIntegerField(null=True, blank=True)
    scheme = models.CharField(max_length=10, blank=True)
    value = models.CharField(max_length=500, blank=True)
    note = models.TextField(blank=True)
    tags = ArrayField(
        models.CharField(max_length=50), default=list, db_default=Value([]), blank=True
    )
    section = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["place"]
        indexes = [
            models.Index(fields=["list_import", "outcome", "place"], name="importrow_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.where}: {self.outcome}"


class WaitingEntryQuerySet(models.QuerySet["WaitingEntry"]):
    def wanted(self) -> Self:
        """Those that no undone change brought: what was undone can be done again, and stays."""
        return self.filter(Q(change=None) | Q(change__undone_at=None))

    def unwanted(self) -> Self:
        return self.filter(change__undone_at__isnull=False)


class WaitingEntry(models.Model):
    """An entry of a list whose paper is still being fetched; gone once it stands in the list.

    `position` was free in the list when it was imported. While its `change` is undone it does not
    come.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("being fetched")
        FAILED = "failed", _("not found")

    class Scheme(models.TextChoices):
        ARXIV = "arxiv", "arXiv"
        DOI = "doi", "DOI"

    reading_list = models.ForeignKey(ReadingList, on_delete=models.CASCADE, related_name="waiting")
    change = models.ForeignKey(
        ListChange, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    scheme = models.CharField(max_length=10, choices=Scheme.choices)
    value = models.CharField(max_length=500)
    title = models.CharField(max_length=1000, blank=True, help_text=_("As the file says."))
    note = models.TextField(blank=True)
    tags = ArrayField(
        models.CharField(max_length=50), default=list, db_default=Value([]), blank=True
    )
    position = models.CharField(max_length=200, db_collation="C")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.TextField(blank=True, help_text=_("Why it was not found, in words."))
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_due_at = models.DateTimeField(db_default=Now())
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = WaitingEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "waiting entries"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reading_list", "scheme", "value"], name="waitingentry_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["scheme", "next_due_at"],
                condition=Q(state="waiting"),
                name="waitingentry_due",
            ),
            models.Index(fields=["scheme", "value"], name="waitingentry_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value} for list {self.reading_list_id}"
