from datetime import date
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from papers.models.paper import Category, Paper


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def on(self, day: date, category: str) -> Self:
        return self.filter(announced_on=day, category_id=category)


class Announcement(models.Model):
    """One paper in one category's listing of one day."""

    class Kind(models.TextChoices):
        NEW = "new", _("new")
        CROSS = "cross", _("cross-listed")
        REPLACE = "replace", _("replaced")

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="announcements")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="announcements")
    announced_on = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind.choices)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category", "announced_on", "paper"], name="announcement_unique"
            )
        ]
        indexes = [models.Index(fields=["announced_on", "category"], name="announcement_by_day")]

    def __str__(self) -> str:
        return f"{self.announced_on} {self.category_id} {self.kind}"
