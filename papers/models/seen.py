from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from papers.models.paper import Paper


class SeenPaper(models.Model):
    """A reader said, by a button or a key, that they have seen a paper."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seen_papers"
    )
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="seen_by")
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "paper"], name="seen_once")]

    def __str__(self) -> str:
        return f"{self.user_id} saw {self.paper_id}"


class SeenHidden(models.Model):
    """A row: this reader wants no list to show what they have seen."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.user_id} hides what they saw"
