from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from readinglists.models.lists import ReadingList


class ListChange(models.Model):
    """What somebody did to a list, with what stood there before: enough to undo it.

    `rows` holds an object for each row that changed: `table` ("entry", "heading" or "list"), `id`,
    `before` and `after`, objects of the fields that changed; all of them where a row was removed,
    null where there was none (readinglists/history.py).
    """

    class Kind(models.TextChoices):
        ADDED = "added", _("added")
        REMOVED = "removed", _("removed")
        MOVED = "moved", _("moved")
        SENT = "sent", _("moved to another list")
        BROUGHT = "brought", _("moved here from another list")
        NOTE = "note", _("changed the note")
        TAGS = "tags", _("changed the tags")
        HEADING = "heading", _("changed a heading")
        DETAILS = "details", _("changed title or description")
        IMPORTED = "imported", _("imported")
        UNDONE = "undone", _("undid")
        JOINED = "joined", _("joined")
        LEFT = "left", _("left")
        SHARED = "shared", _("changed who may see or edit it")

    reading_list = models.ForeignKey(ReadingList, on_delete=models.CASCADE, related_name="changes")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    rows = models.JSONField(default=list)
    words = models.CharField(
        max_length=300, blank=True, help_text=_("What rows cannot say, such as who joined.")
    )
    undoes = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Without what only a locked table gets: its index is made beside writes (migration 0008).
    other_half = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        help_text=_("What the same move did to the other list."),
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["reading_list", "-id"], name="listchange_newest"),
            models.Index(
                fields=["other_half"],
                name="listchange_other_half",
                condition=models.Q(other_half__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in list {self.reading_list_id}"

    @property
    def can_be_undone(self) -> bool:
        """One query where nothing came to the list with it."""
        return self.undone_at is None and (bool(self.rows) or self.brings_later)

    @property
    def brings_later(self) -> bool:
        """Whether papers are on their way to the list with the change, or with what it undid."""
        changes = [pk for pk in (self.pk, self.undoes_id) if pk]
        return self.reading_list.waiting.filter(change__in=changes).exists()
