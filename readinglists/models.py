from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from papers.models import Paper


class ReadingListQuerySet(models.QuerySet["ReadingList"]):
    def of(self, user: AbstractBaseUser) -> Self:
        return self.filter(owner_id=user.pk)

    def with_sizes(self) -> Self:
        return self.annotate(size=Count("entries"))


class ReadingList(models.Model):
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reading_lists"
    )
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=5000)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ReadingListQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="readinglist_title_not_empty")
        ]
        indexes = [models.Index(fields=["owner", "-changed_at"], name="readinglist_of_owner")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("readinglists:list", args=[self.pk])


class Entry(models.Model):
    """A paper in a list. `position` is a fractional key: it sorts bytewise, and there is always
    a key between two others, so that moving one entry rewrites no other."""

    reading_list = models.ForeignKey(ReadingList, on_delete=models.CASCADE, related_name="entries")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="entries")
    position = models.CharField(max_length=200, db_collation="C")
    note = models.TextField(_("note"), blank=True, max_length=5000)
    added_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["reading_list", "paper"], name="entry_paper_once"),
        ]
        indexes = [models.Index(fields=["reading_list", "position"], name="entry_in_order")]

    def __str__(self) -> str:
        return f"{self.reading_list_id}: {self.paper_id}"


class ShareLink(models.Model):
    """A key that opens a list without an account. Only the key's SHA-256 is stored; the key is
    made again from the row's id and generation (readinglists/sharing.py)."""

    reading_list = models.ForeignKey(
        ReadingList, on_delete=models.CASCADE, related_name="share_links"
    )
    generation = models.PositiveIntegerField(default=1)
    key_hash = models.BinaryField(max_length=32, null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key_hash"], name="sharelink_key_unique")]
        indexes = [models.Index(fields=["reading_list"], name="sharelink_of_list")]

    def __str__(self) -> str:
        return f"link {self.pk} of list {self.reading_list_id}"


class ListFollow(models.Model):
    """A reader is told of what is added to a list that somebody shows them by link.

    It holds as long as the key does through which it was made: a revoked or renewed link ends it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_follows"
    )
    reading_list = models.ForeignKey(
        ReadingList, on_delete=models.CASCADE, related_name="list_follows"
    )
    share_link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="list_follows")
    generation = models.PositiveIntegerField(help_text=_("Of the key through which it was made."))
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "reading_list"], name="listfollow_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} follows list {self.reading_list_id}"
