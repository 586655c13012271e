from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def open(self) -> Self:
        return self.filter(state__in=Delivery.OPEN_STATES)

    def that_reached_the_reader(self) -> Self:
        """Issues whose papers the reader has, or may have: sent, and sent with no answer."""
        return self.filter(state__in=[Delivery.State.SENT, Delivery.State.UNKNOWN])


class Delivery(models.Model):
    """One reader's issue of one local date, and what became of it (accounts/digest/ledger.py).

    Every change is an UPDATE that names the lease token and the state it expects, so that a
    worker that was frozen and wakes changes nothing.
    """

    class State(models.TextChoices):
        DUE = "due", _("waiting")
        CLAIMED = "claimed", _("being prepared")
        SENDING = "sending", _("being handed over")
        SENT = "sent", _("sent")
        UNKNOWN = "unknown", _("handed over, no answer")
        SKIPPED = "skipped", _("nothing to send")
        FAILED = "failed", _("could not be sent")

    OPEN_STATES = (State.DUE, State.CLAIMED, State.SENDING)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deliveries"
    )
    local_date = models.DateField(help_text=_("The reader's own date."))
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    reason = models.TextField(blank=True, help_text=_("Why it was skipped or failed, in words."))
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=200, help_text=_("Fixed when the row is made."))
    content_hash = models.CharField(max_length=64, blank=True)
    items = models.JSONField(
        default=list, help_text=_("Each: paper, section, reason, rank; in the order shown.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-local_date"]
        constraints = [
            models.UniqueConstraint(fields=["user", "local_date"], name="delivery_one_a_date"),
            models.UniqueConstraint(fields=["message_id"], name="delivery_message_id_unique"),
            # Two in hand at once would hold the same papers.
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=["claimed", "sending"]),
                name="delivery_one_in_hand",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["claimed", "sending"])
                | Q(lease_token__isnull=False, claimed_until__isnull=False),
                name="delivery_in_work_has_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["due", "claimed", "sending"]),
                name="delivery_open",
            ),
            models.Index(
                fields=["finished_at"], condition=Q(state="unknown"), name="delivery_unknown"
            ),
            models.Index(
                fields=["finished_at"], condition=Q(state="failed"), name="delivery_failed"
            ),
            models.Index(fields=["local_date"], name="delivery_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.local_date} {self.state}"
