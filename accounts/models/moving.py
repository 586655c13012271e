from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ArchiveUpload(models.Model):
    """A reader's archive of another site, from its preview until they say yes; a day at most."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    content = models.BinaryField(help_text=_("Its broadsheet.json, compressed by zlib."))
    uploaded_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"archive of {self.user_id}"


class WaitingPaper(models.Model):
    """A paper of an archive that was not known here: what is to become of it once it is.

    `wishes` holds what its reader had about it (accounts/archive/waiting.py).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="waiting_papers"
    )
    names = models.JSONField(help_text=_("Pairs of scheme and value, the surest first."))
    scheme = models.CharField(max_length=10)
    value = models.CharField(max_length=500)
    title = models.TextField(blank=True)
    wishes = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When a source was asked for it, once.")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "scheme", "value"], name="waitingpaper_once_a_reader"
            )
        ]
        indexes = [models.Index(fields=["scheme", "value"], name="waitingpaper_by_name")]

    def __str__(self) -> str:
        return f"{self.user_id} waits for {self.scheme}:{self.value}"
