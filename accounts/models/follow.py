from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from papers.models import Paper


class StandingQuery(models.Model):
    """A question asked of every new paper, once however many readers follow it.

    Only the lasting part: what asks for a reader's own lists, for counts that change or for a
    number of days back is left to each `Follow` (papers/search/split.py).
    """

    hash = models.BigIntegerField(help_text=_("Of the normal form of its tree."))
    text = models.TextField(help_text=_("The tree as text, which reads back as the same tree."))
    followers = models.PositiveIntegerField(default=0)
    # What a paper must hold to match, as the index cuts words; lets most questions be passed over.
    needed = models.TextField(blank=True)
    needed_version = models.PositiveSmallIntegerField(
        default=0, help_text=_("Which way of cutting words `needed` is of; 0: not worked out.")
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    seeded_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When it was asked of the papers already here.")
    )

    class Meta:
        verbose_name_plural = "standing queries"
        constraints = [models.UniqueConstraint(fields=["hash"], name="standingquery_hash_unique")]
        indexes = [
            models.Index(fields=["id"], condition=Q(seeded_at=None), name="standingquery_unseeded")
        ]

    def __str__(self) -> str:
        return self.text


class FollowQuerySet(models.QuerySet["Follow"]):
    def of(self, user_id: int) -> Self:
        return self.filter(user_id=user_id)


class Follow(models.Model):
    """A search that a reader follows: a page, a section of the digest and three feeds."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows"
    )
    name = models.CharField(_("name"), max_length=200)
    query = models.TextField(help_text=_("As text that reads back as the same tree."))
    query_hash = models.BigIntegerField(editable=False)
    # Null: nothing of the query lasts, every paper is looked at when choosing.
    standing = models.ForeignKey(
        StandingQuery, on_delete=models.PROTECT, null=True, blank=True, related_name="follows"
    )
    # Part of the query asks for lists, votes, counts or a number of days back.
    changes = models.BooleanField(default=False, editable=False)
    in_digest = models.BooleanField(_("in the digest"), default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # Only the SHA-256 of the feeds' key is stored (accounts/feed_keys.py).
    feed_generation = models.PositiveIntegerField(default=1)
    feed_key_hash = models.BinaryField(max_length=32, null=True)

    objects = FollowQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "query_hash"], name="follow_query_once"),
            models.UniqueConstraint(fields=["feed_key_hash"], name="follow_feed_key_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="follow_name_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class QueryMatchQuerySet(models.QuerySet["QueryMatch"]):
    def of_papers_since(self, moment: datetime) -> Self:
        """Matches of papers announced since that day, or, never announced, seen since."""
        undated = Q(paper__announced_on=None, paper__first_seen_at__gte=moment)
        return self.filter(Q(paper__announced_on__gte=moment.date()) | undated)

    def of_the_last(self, days: int, *, now: datetime) -> Self:
        return self.of_papers_since(now - timedelta(days=days))


class QueryMatch(models.Model):
    """A paper that a standing query asks for; never written twice.

    `matched_at` is when that became so: for papers older than the query, when the paper came.
    """

    # No index of its own: two others begin with it.
    standing = models.ForeignKey(
        StandingQuery, on_delete=models.CASCADE, related_name="matches", db_index=False
    )
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="query_matches")
    matched_at = models.DateTimeField(db_default=Now())

    objects = QueryMatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "query matches"
        constraints = [
            models.UniqueConstraint(fields=["standing", "paper"], name="querymatch_once")
        ]
        indexes = [
            models.Index(fields=["standing", "matched_at"], name="querymatch_standing_matched"),
            BrinIndex(fields=["matched_at"], name="querymatch_matched_at"),
        ]

    def __str__(self) -> str:
        return f"{self.standing_id} {self.paper_id}"


class MatchCursor(models.Model):
    """One row: how far new papers have been matched (accounts/matching/).

    Every change of a transaction below `cursor` has been looked at. `database` and `epoch` say of
    which database; where they differ, papers of the last 30 days are looked at again.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    cursor = models.BigIntegerField()
    database = models.CharField(max_length=200, blank=True)
    epoch = models.CharField(max_length=40, blank=True)
    rechecked_on = models.DateField(null=True, blank=True)
    recheck_after = models.BigIntegerField(
        null=True, blank=True, help_text=_("A re-check under way is behind this paper's number.")
    )
    leased_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="matchcursor_single_row")]

    def __str__(self) -> str:
        return str(self.cursor)
