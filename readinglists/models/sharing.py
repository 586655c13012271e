from datetime import date, time, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from readinglists.models.lists import ReadingList


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def open(self) -> Self:
        """Neither revoked nor expired, of a list that is not in the bin, by the database's clock.

        Whether the key still can be derived is for readinglists/sharing.py to say.
        """
        lasting = Q(expires_at=None) | Q(expires_at__gt=Now())
        return self.filter(
            lasting, revoked_at=None, key_hash__isnull=False, reading_list__deleted_at=None
        )


class ShareLink(models.Model):
    """A key that opens a list. Only the key's SHA-256 is stored; the key is made again from the
    row's id and generation (readinglists/sharing.py)."""

    reading_list = models.ForeignKey(
        ReadingList, on_delete=models.CASCADE, related_name="share_links"
    )
    name = models.CharField(_("name"), max_length=100, blank=True, db_default="")
    generation = models.PositiveIntegerField(default=1)
    key_hash = models.BinaryField(max_length=32, null=True)
    can_edit = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Whoever opens it may join as an editor, signed in."),
    )
    needs_login = models.BooleanField(
        _("only for those signed in"), default=False, db_default=False
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("To the hour.")
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key_hash"], name="sharelink_key_unique")]
        indexes = [models.Index(fields=["reading_list"], name="sharelink_of_list")]

    def __str__(self) -> str:
        return f"link {self.pk} of list {self.reading_list_id}"

    @property
    def is_open(self) -> bool:
        """Neither revoked nor expired; `ShareLinkQuerySet.open` asks the database the same."""
        lasts = self.expires_at is None or self.expires_at > timezone.now()
        return self.revoked_at is None and lasts

    @property
    def last_day(self) -> date | None:
        """The day with whose end, in the zone of the moment, it ends: as its form asks for. None
        where it ends at another hour, or not by itself."""
        if self.expires_at is None:
            return None
        end = timezone.localtime(self.expires_at)
        return None if end.time() != time() else (end - timedelta(days=1)).date()


class ListFollow(models.Model):
    """A reader is told of what is added to a list that somebody shows them.

    Made through a link it holds as long as that key does: a revoked, expired or renewed one ends
    it. Without a link it is of a public list and holds as long as the list is public.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_follows"
    )
    reading_list = models.ForeignKey(
        ReadingList, on_delete=models.CASCADE, related_name="list_follows"
    )
    share_link = models.ForeignKey(
        ShareLink, on_delete=models.CASCADE, null=True, blank=True, related_name="list_follows"
    )
    generation = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Of the key through which it was made.")
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "reading_list"], name="listfollow_once"),
            models.CheckConstraint(
                condition=Q(share_link__isnull=True, generation__isnull=True)
                | Q(share_link__isnull=False, generation__isnull=False),
                name="listfollow_link_with_generation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} follows list {self.reading_list_id}"
