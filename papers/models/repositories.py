from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from papers.models.paper import Paper


class Repository(models.Model):
    """A repository on GitHub whose stars are counted once a day."""

    name = models.CharField(max_length=200, unique=True, help_text=_("owner/name, lower case."))
    stars = models.PositiveIntegerField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    next_due_at = models.DateTimeField(db_default=Now())
    etag = models.CharField(max_length=500, blank=True)
    problem = models.TextField(blank=True, help_text=_("Why its stars are not known, in words."))
    papers = models.ManyToManyField(Paper, related_name="repositories", blank=True)

    class Meta:
        verbose_name_plural = "repositories"
        indexes = [models.Index(fields=["next_due_at"], name="repository_due")]

    def __str__(self) -> str:
        return self.name
