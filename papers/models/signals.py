from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from papers.models.paper import Paper


class PaperStats(models.Model):
    """What changes often about a paper, apart from its text, one narrow row a paper.

    Measured on 109,858 papers: writing the score on the wide row took 4.0-6.7 s and 222 MB of
    log, on this one 1.1 s and 34 MB.
    """

    paper = models.OneToOneField(
        Paper, on_delete=models.CASCADE, primary_key=True, related_name="stats"
    )
    votes = models.PositiveIntegerField(default=0)
    saves = models.PositiveIntegerField(default=0)
    upvotes = models.PositiveIntegerField(null=True, help_text=_("On Hugging Face."))
    comments = models.PositiveIntegerField(null=True, help_text=_("On Hugging Face."))
    stars = models.PositiveIntegerField(null=True, help_text=_("On GitHub."))
    stars_gained = models.PositiveIntegerField(
        null=True, help_text=_("Since they were first counted.")
    )
    citations = models.PositiveIntegerField(null=True, help_text=_("By Semantic Scholar."))
    listed_on = models.DateField(
        null=True, help_text=_("Last day on whose list Hugging Face had it.")
    )
    noticed_on = models.DateField(null=True, help_text=_("From when its age is counted."))
    # Terms and sum of papers.ranking.
    popularity = models.FloatField(default=0.0)
    newness = models.FloatField(default=0.0)
    score = models.FloatField(default=0.0)
    risen_step = models.PositiveSmallIntegerField(
        default=0, help_text=_("Highest step of popularity ever reached.")
    )
    risen_on = models.DateField(null=True, help_text=_("Day on which that step was reached."))

    class Meta:
        verbose_name_plural = "paper stats"
        indexes = [
            models.Index(F("score").desc(), F("paper").desc(), name="paperstats_trending"),
            models.Index(F("popularity").desc(), F("paper").desc(), name="paperstats_popular"),
            models.Index(
                fields=["risen_on"],
                condition=Q(risen_on__isnull=False),
                name="paperstats_risen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id}: {self.score:.3f}"


class Signal(models.Model):
    """One day's value of one number about a paper. Absent is not zero.

    Votes and saves are this site's own: a day without a row is a day without a change. Of the
    others nobody knows what happened between two rows.
    """

    class Kind(models.TextChoices):
        VOTES = "votes", _("votes here")
        SAVES = "saves", _("saves in reading lists here")
        HF_UPVOTES = "hf_upvotes", _("upvotes on Hugging Face")
        HF_COMMENTS = "hf_comments", _("comments on Hugging Face")
        GITHUB_STARS = "github_stars", _("stars on GitHub")
        S2_CITATIONS = "s2_citations", _("citations by Semantic Scholar")

    OWN = (Kind.VOTES, Kind.SAVES)

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="signals")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    observed_on = models.DateField()
    observed_at = models.DateTimeField(
        db_default=Now(), help_text=_("When this value was first seen on that day.")
    )
    value = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "kind", "observed_on"], name="signal_one_a_day"
            )
        ]
        indexes = [models.Index(fields=["observed_on", "kind"], name="signal_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.observed_on}: {self.value}"


class Vote(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="votes"
    )
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="vote_rows")
    voted_at = models.DateTimeField(db_default=Now())
    counted_at = models.DateTimeField(
        null=True, help_text=_("From when it counts; none: it is held back (papers.votes).")
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "paper"], name="vote_one_a_reader")]
        indexes = [
            models.Index(fields=["user", "-voted_at"], name="vote_newest"),
            models.Index(fields=["voted_at"], condition=Q(counted_at=None), name="vote_held"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.paper_id}"


class VoteAllowance(models.Model):
    """How many votes a reader gave and took back since `since`: bounded an hour (papers.votes)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    since = models.DateTimeField()
    changes = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.changes} since {self.since}"
