from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When a task of a queue was last done: the proof that its workers do work."""

    queue = models.CharField(max_length=20, primary_key=True)
    beat_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return f"{self.queue} {self.beat_at}"
