from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Bounce(models.Model):
    """One refusal of a reader's address, told by the mail server at once or by a mail afterwards.

    The address is kept as a keyed hash only (accounts/bounces/): a reader who changes it starts
    anew.
    """

    class Kind(models.TextChoices):
        REFUSED = "refused", _("refused for good")
        COMPLAINT = "complaint", _("reported as unwanted")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bounces"
    )
    address_hash = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # One refusal can be told twice, at once and by mail: it counts once an issue.
    message_id = models.CharField(max_length=200, blank=True)
    said = models.TextField(blank=True, help_text=_("The other mail server's words."))
    happened_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "message_id"], name="bounce_once_a_message"
            )
        ]
        indexes = [models.Index(fields=["user", "happened_at"], name="bounce_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class Suppression(models.Model):
    """An address that gets no digest, whoever asks: known by its keyed hash only."""

    class Why(models.TextChoices):
        BOUNCES = "bounces", _("it refused several issues")
        COMPLAINT = "complaint", _("its reader reported an issue as unwanted")
        OPERATOR = "operator", _("an operator put it here")

    address_hash = models.BinaryField(max_length=32, unique=True)
    why = models.CharField(max_length=10, choices=Why.choices)
    said = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{bytes(self.address_hash).hex()[:12]} {self.why}"


class MailPace(models.Model):
    """How many mails may go to one domain now; the domain "" stands for all of them together.

    A bucket of tokens, refilled by the time that passed (accounts/digest/pace.py).
    """

    domain = models.CharField(max_length=255, primary_key=True)
    tokens = models.FloatField()
    refilled_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.domain or 'all'}: {self.tokens:.1f}"
