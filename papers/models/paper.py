from datetime import date, datetime
from typing import Self

from django.contrib.postgres.indexes import BTreeIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5, Lower, Now
from django.utils.translation import gettext_lazy as _

from papers.links import paper_link
from papers.models.fields import TransactionIdField
from papers.models.letters import LettersOnly


class Category(models.Model):
    """An arXiv category such as `cs.LG`; made when a paper first names it."""

    code = models.CharField(max_length=40, primary_key=True)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.code


class TextSource(models.IntegerChoices):
    """Which source gave the title and abstract; a higher one is not overwritten by a lower."""

    SAMPLE = 0, _("invented sample")
    FEED = 1, _("a feed")
    FILE = 2, _("a papers file")
    HUGGING_FACE = 3, _("Hugging Face")
    ARXIV = 4, _("arXiv")


# Half of what a page of papers costs to read lies in the fields that no card shows.
_ON_CARDS = (
    *("arxiv_id", "title", "author_line", "primary_category", "code_url", "text_source"),
    *("announced_on", "submitted_at", "withdrawn_at"),
    *("stats__votes", "stats__upvotes", "stats__stars"),
)


class PaperQuerySet(models.QuerySet["Paper"]):
    def announced_between(self, first: date, last: date) -> Self:
        return self.filter(announced_on__range=(first, last))

    def announced_since(self, day: date) -> Self:
        return self.filter(announced_on__gte=day)

    def in_category(self, code: str) -> Self:
        return self.filter(paper_categories__category_id=code)

    def not_withdrawn(self) -> Self:
        return self.filter(withdrawn_at=None)

    def newest_first(self) -> Self:
        return self.order_by(F("announced_on").desc(nulls_last=True), "-pk")

    def newest_announcement_day(self) -> date | None:
        newest: date | None = self.aggregate(day=models.Max("announced_on"))["day"]
        return newest

    def for_cards(self) -> Self:
        """Only what a card shows: the full text stays in the database."""
        return self.select_related("stats").only(*_ON_CARDS, "short_abstract")

    def for_snippets(self) -> Self:
        """As `for_cards`, with the abstract, of which the card shows a passage."""
        return self.select_related("stats").only(*_ON_CARDS, "abstract")


class Paper(models.Model):
    # Null, not empty: many papers may have none, and it is unique.
    arxiv_id = models.CharField(  # noqa: DJ001
        max_length=30, null=True, blank=True, help_text=_("Base id, without version.")
    )
    title = models.TextField()
    abstract = models.TextField(blank=True)
    authors = models.JSONField(default=list, help_text=_("Names in order, as shown."))
    # Stored for the cards: cutting 30 abstracts a page in the template was most of its cost.
    author_line = models.CharField(max_length=300, blank=True)
    short_abstract = models.CharField(max_length=500, blank=True)
    primary_category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="primary_papers"
    )
    categories = models.ManyToManyField(Category, through="PaperCategory", related_name="papers")
    version = models.PositiveSmallIntegerField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    announced_on = models.DateField(
        null=True, blank=True, help_text=_("First day a source announced or listed it.")
    )
    comment = models.TextField(blank=True)
    journal_ref = models.TextField(blank=True)
    license = models.CharField(max_length=200, blank=True)
    code_url = models.CharField(max_length=500, blank=True)
    project_url = models.CharField(max_length=500, blank=True)
    url = models.CharField(
        max_length=500,
        blank=True,
        db_default="",
        help_text=_("Its page, for a paper that is not on arXiv."),
    )
    keywords = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        blank=True,
        help_text=_("As a source gave them."),
    )
    text_source = models.PositiveSmallIntegerField(
        choices=TextSource.choices, default=TextSource.FEED
    )
    first_seen_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_xid = TransactionIdField(null=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["arxiv_id"], name="paper_arxiv_id_unique"),
            models.CheckConstraint(condition=~Q(title=""), name="paper_title_not_empty"),
            models.CheckConstraint(
                condition=Q(arxiv_id__isnull=True) | ~Q(arxiv_id=""),
                name="paper_arxiv_id_not_empty",
            ),
        ]
        indexes = [
            models.Index(
                F("announced_on").desc(nulls_last=True), F("id").desc(), name="paper_newest"
            ),
            BTreeIndex(fields=["changed_xid"], name="paper_changed"),
            # What somebody's file names by its title alone is found by this (papers/titles.py).
            models.Index(MD5(Lower(LettersOnly("title"))), name="paper_title_letters"),
            models.Index(
                fields=["id"], condition=Q(text_source=TextSource.SAMPLE), name="paper_samples"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return paper_link(self.pk, self.arxiv_id)

    @property
    def is_sample(self) -> bool:
        return self.text_source == TextSource.SAMPLE

    @property
    def dated_at(self) -> datetime | date | None:
        return self.announced_on or self.submitted_at


class PaperCategory(models.Model):
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="paper_categories")
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="paper_categories"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "category"], name="papercategory_unique")
        ]
        indexes = [models.Index(fields=["category", "-paper"], name="papercategory_newest")]

    def __str__(self) -> str:
        return f"{self.paper_id} {self.category_id}"


class PaperIdentifier(models.Model):
    """Every name of a paper: arXiv id, DOIs, its page; also what a merged paper was called."""

    class Scheme(models.TextChoices):
        ARXIV = "arxiv", "arXiv"
        DOI = "doi", "DOI"
        URL = "url", _("address")

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=10, choices=Scheme.choices)
    value = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "value"], name="paperidentifier_unique")
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"
