from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class HostGate(models.Model):
    """One host's turn, shared by every worker on every machine (DESIGN 3.14)."""

    host = models.CharField(max_length=200, primary_key=True)
    next_allowed_at = models.DateTimeField(db_default=Now())
    lease_token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.host


class AnswerCount(models.Model):
    """How often a host gave one kind of answer on one UTC day, and how many bytes it sent."""

    host = models.CharField(max_length=200)
    day = models.DateField()
    outcome = models.CharField(
        max_length=20, help_text=_("An HTTP status, or: refused, unreachable, too_slow, too_large.")
    )
    answers = models.PositiveIntegerField(default=0)
    received_bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["host", "day", "outcome"], name="answercount_unique")
        ]

    def __str__(self) -> str:
        return f"{self.host} {self.day} {self.outcome}: {self.answers}"
