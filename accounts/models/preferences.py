from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from papers.models import Paper


class DigestSection(models.TextChoices):
    """What an issue is made of; a reader chooses which of them and in which order."""

    FOLLOWED = "followed", _("Searches you follow")
    NEAR = "near", _("Near what you saved and voted for")
    TRENDING = "trending", _("Trending")
    LISTS = "lists", _("New in lists you follow")
    SAVED = "saved", _("News of papers you saved: versions, withdrawals")


def all_sections() -> list[str]:
    return list(DigestSection.values)


class Mute(models.Model):
    """What a reader wants no section of an issue to hold, but the news of papers they saved."""

    class Kind(models.TextChoices):
        WORD = "word", _("word or phrase")
        AUTHOR = "author", _("author")
        CATEGORY = "category", _("category")

    LONGEST = 100

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mutes"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=LONGEST)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["kind", "value"]
        constraints = [
            models.UniqueConstraint("user", "kind", Lower("value"), name="mute_once"),
            models.CheckConstraint(condition=~Q(value=""), name="mute_value_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} mutes {self.kind} {self.value}"


class PaperFeedback(models.Model):
    """A reader wants more, or less, like a paper that was in an issue of theirs."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feedback"
    )
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="feedback")
    wants_more = models.BooleanField()
    given_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "paper feedback"
        constraints = [models.UniqueConstraint(fields=["user", "paper"], name="feedback_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {'more' if self.wants_more else 'less'} like {self.paper_id}"
