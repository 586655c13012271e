from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from readinglists.models.lists import ReadingList
from readinglists.models.sharing import ShareLink


class Role(models.TextChoices):
    """What a member may do; who owns a list is not a member of it."""

    VIEWER = "viewer", _("may read")
    EDITOR = "editor", _("may edit")


class MemberQuerySet(models.QuerySet["Member"]):
    def holding(self) -> Self:
        """Those who joined by invitation, or through a link that is neither revoked nor renewed
        nor expired. A replaced LINK_KEY ends links too: readinglists/access.py looks."""
        lasting = Q(share_link__expires_at=None) | Q(share_link__expires_at__gt=Now())
        by_link = lasting & Q(
            share_link__revoked_at=None,
            share_link__can_edit=True,
            share_link__generation=F("generation"),
        )
        return self.filter(Q(share_link=None) | by_link)


class Member(models.Model):
    """Somebody with whom a list is read or edited together. Who joined through a link stays as
    long as its key opens the list."""

    reading_list = models.ForeignKey(ReadingList, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_memberships"
    )
    role = models.CharField(max_length=10, choices=Role.choices)
    share_link = models.ForeignKey(
        ShareLink, on_delete=models.CASCADE, null=True, blank=True, related_name="members"
    )
    generation = models.PositiveIntegerField(null=True, blank=True)
    joined_at = models.DateTimeField(db_default=Now(), editable=False)
    tells_additions = models.BooleanField(
        default=True,
        db_default=True,
        help_text=_("Their digest tells of what others add."),
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reading_list", "user"], name="member_once"),
            models.CheckConstraint(
                condition=Q(role__in=("viewer", "editor")), name="member_role_known"
            ),
            models.CheckConstraint(
                condition=Q(share_link__isnull=True, generation__isnull=True)
                | Q(share_link__isnull=False, generation__isnull=False),
                name="member_link_with_generation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} of list {self.reading_list_id}"


class Invitation(models.Model):
    """An address that was asked by mail to join a list; gone once it was answered. Only the
    SHA-256 of the mail's token is stored."""

    reading_list = models.ForeignKey(
        ReadingList, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(_("email address"))
    role = models.CharField(max_length=10, choices=Role.choices)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "reading_list", Lower("email"), name="invitation_once_an_address"
            ),
            models.CheckConstraint(
                condition=Q(role__in=("viewer", "editor")), name="invitation_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to list {self.reading_list_id}"
