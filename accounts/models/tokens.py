from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from papers.api.scopes import Scope


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def of(self, user_id: int) -> Self:
        return self.filter(user_id=user_id)

    def usable(self, *, now: datetime) -> Self:
        """Those that open something: neither revoked nor expired, their reader's account open."""
        lasting = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(lasting, revoked_at=None, user__is_active=True)


class ApiToken(models.Model):
    """Lets a program act for a reader, in what `scopes` name. Only its SHA-256 is stored."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(_("name"), max_length=100)
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    beginning = models.CharField(
        max_length=12, editable=False, help_text=_("Its first characters, to tell tokens apart.")
    )
    scopes = ArrayField(models.CharField(max_length=10))
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Written at most once an hour.")
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="apitoken_name_not_empty"),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=list(Scope.values)) & ~Q(scopes=[]),
                name="apitoken_scopes_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"

    @property
    def scope_labels(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]
