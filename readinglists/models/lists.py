from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q, Value
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from papers.models import Paper


class ReadingListQuerySet(models.QuerySet["ReadingList"]):
    def of(self, user: AbstractBaseUser) -> Self:
        """The lists that `user` owns, without those in the bin."""
        return self.kept().filter(owner_id=user.pk)

    def kept(self) -> Self:
        """Without those in the bin."""
        return self.filter(deleted_at=None)

    def public(self) -> Self:
        return self.kept().filter(published_at__isnull=False)

    def with_sizes(self) -> Self:
        return self.annotate(size=Count("entries"))


class ReadingList(models.Model):
    """Papers in an order of somebody's own. Private, until it has links, members or is public.

    `version` counts changes of title, description and byline: whoever edits says which they saw.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reading_lists"
    )
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(
        _("description"), blank=True, max_length=5000, help_text=_("Markdown.")
    )
    byline = models.CharField(
        _("made by"),
        max_length=100,
        blank=True,
        db_default="",
        help_text=_("Shown to whoever can read the list. Empty: nobody is named."),
    )
    is_default = models.BooleanField(
        default=False, db_default=False, help_text=_("Where one press saves a paper.")
    )
    published_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when everybody may read it.")
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when it is in the bin.")
    )
    version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ReadingListQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="readinglist_title_not_empty"),
            models.UniqueConstraint(
                fields=["owner"],
                condition=Q(is_default=True),
                name="readinglist_one_default_a_reader",
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(deleted_at=None),
                name="readinglist_default_not_in_bin",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-changed_at"], name="readinglist_of_owner"),
            models.Index(
                fields=["-published_at"],
                condition=Q(published_at__isnull=False),
                name="readinglist_public",
            ),
            models.Index(
                fields=["deleted_at"],
                condition=Q(deleted_at__isnull=False),
                name="readinglist_in_bin",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("readinglists:list", args=[self.pk])

    @property
    def is_public(self) -> bool:
        return self.published_at is not None


class Entry(models.Model):
    """A paper in a list. `position` is a fractional key: it sorts bytewise, among the list's
    entries and headings together, and there is always a key between two others, so that moving one
    rewrites no other. `version` counts changes of note and tags."""

    reading_list = models.ForeignKey(ReadingList, on_delete=models.CASCADE, related_name="entries")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="entries")
    position = models.CharField(max_length=200, db_collation="C")
    note = models.TextField(
        _("note"), blank=True, max_length=5000, help_text=_("For whoever can read the list.")
    )
    tags = ArrayField(
        models.CharField(max_length=50), default=list, db_default=Value([]), blank=True
    )
    version = models.PositiveIntegerField(default=1, db_default=1)
    added_at = models.DateTimeField(db_default=Now(), editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["reading_list", "paper"], name="entry_paper_once"),
        ]
        indexes = [models.Index(fields=["reading_list", "position"], name="entry_in_order")]

    def __str__(self) -> str:
        return f"{self.reading_list_id}: {self.paper_id}"


class Heading(models.Model):
    """A section's head: what stands below it in the order, up to the next one, is its section."""

    reading_list = models.ForeignKey(ReadingList, on_delete=models.CASCADE, related_name="headings")
    title = models.CharField(_("heading"), max_length=200)
    position = models.CharField(max_length=200, db_collation="C")
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="heading_title_not_empty")
        ]
        indexes = [models.Index(fields=["reading_list", "position"], name="heading_in_order")]

    def __str__(self) -> str:
        return self.title


class ReadingState(models.Model):
    """How far a reader is with a paper, and their own note on it: wherever the paper is listed."""

    class State(models.TextChoices):
        NONE = "", _("none")
        TO_READ = "to_read", _("to read")
        READING = "reading", _("reading")
        READ = "read", _("read")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reading_states"
    )
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="reading_states")
    state = models.CharField(max_length=10, choices=State.choices, blank=True, default=State.NONE)
    own_note = models.TextField(
        _("own note"), blank=True, max_length=5000, help_text=_("Seen by nobody else.")
    )
    version = models.PositiveIntegerField(default=1, help_text=_("Counts changes of the note."))
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "paper"], name="readingstate_once"),
            models.CheckConstraint(
                condition=Q(state__in=("", "to_read", "reading", "read")),
                name="readingstate_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.paper_id}: {self.state or 'none'}"
