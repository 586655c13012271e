"""How papers are written for other programs: what is told of each, and how it is read.

It decides the fields and reads them with a fixed number of queries, however many papers.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from ninja import Schema
from pydantic import Field

from papers import marks
from papers.models import Paper as PaperRow
from papers.models import PaperCategory, PaperIdentifier


class Counts(Schema):
    votes: int = Field(description="Of this site's readers.")
    upvotes: int | None = Field(description="On Hugging Face.")
    stars: int | None = Field(description="On GitHub.")
    citations: int | None = Field(description="By Semantic Scholar.")
    score: float = Field(description="By the formula of /ranking/.")


class Mine(Schema):
    voted: bool
    held: bool = Field(description="Whether the vote is not counted yet.")
    seen: bool
    saved: bool = Field(description="Whether it is in one of your lists.")


class Paper(Schema):
    number: int = Field(description="Of this site; it never becomes another paper's.")
    arxiv_id: str | None = Field(description="Without version.")
    version: int | None
    title: str = Field(description="As its source wrote it, TeX included.")
    abstract: str = Field(description="As its source wrote it, TeX included.")
    authors: list[str]
    primary_category: str | None
    categories: list[str]
    dois: list[str]
    announced_on: date | None = Field(description="First day on which a source had it.")
    submitted_at: datetime | None
    updated_at: datetime | None
    withdrawn_at: datetime | None
    comment: str
    journal_ref: str
    license: str
    code_url: str
    project_url: str
    url: str = Field(description="Its page on this site.")
    source_url: str = Field(description="Its page at arXiv, or elsewhere; empty if unknown.")
    counts: Counts
    mine: Mine | None = Field(description="Your marks: only for a token with `read`.")


class PaperItems(Schema):
    items: list[Paper]


class PaperPage(Schema):
    items: list[Paper]
    next: str | None = Field(description="Address of the next page; null after the last.")


def read_papers(
    paper_ids: Sequence[int], user: AbstractBaseUser | AnonymousUser
) -> list[dict[str, Any]]:
    """Return these papers in this order, as `Paper` has them, without those that are gone.

    Three queries, and one a mark for a reader.
    """
    papers = PaperRow.objects.select_related("stats").defer("short_abstract", "author_line")
    found = papers.in_bulk(list(paper_ids))
    categories = _grouped(
        PaperCategory.objects.filter(paper_id__in=found)
        .order_by("category_id")
        .values_list("paper_id", "category_id")
    )
    doi = PaperIdentifier.Scheme.DOI
    dois = _grouped(
        PaperIdentifier.objects.filter(paper_id__in=found, scheme=doi)
        .order_by("value")
        .values_list("paper_id", "value")
    )
    its = marks.collect(user, found)
    return [
        _written(found[pk], categories[pk], dois[pk])
        | {"mine": _mine(its, pk) if isinstance(user, AbstractBaseUser) else None}
        for pk in paper_ids
        if pk in found
    ]


def _written(paper: PaperRow, categories: list[str], dois: list[str]) -> dict[str, Any]:
    stats = getattr(paper, "stats", None)
    return {
        "number": paper.pk,
        **{name: getattr(paper, name) for name in _AS_THEY_ARE},
        "primary_category": paper.primary_category_id,
        "categories": categories,
        "dois": dois,
        "url": f"{settings.SITE_URL}{paper.get_absolute_url()}",
        "source_url": _source_url(paper),
        "counts": {
            "votes": stats.votes if stats else 0,
            "upvotes": stats.upvotes if stats else None,
            "stars": stats.stars if stats else None,
            "citations": stats.citations if stats else None,
            "score": stats.score if stats else 0.0,
        },
    }


_AS_THEY_ARE = (
    *("arxiv_id", "version", "title", "abstract", "authors", "announced_on", "submitted_at"),
    *("updated_at", "withdrawn_at", "comment", "journal_ref", "license", "code_url"),
    "project_url",
)


def _source_url(paper: PaperRow) -> str:
    return f"https://arxiv.org/abs/{paper.arxiv_id}" if paper.arxiv_id else paper.url


def _mine(its: marks.Marks, pk: int) -> dict[str, bool]:
    return {
        "voted": pk in its.voted,
        "held": pk in its.held,
        "seen": pk in its.seen,
        "saved": pk in its.saved,
    }


def _grouped(rows: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = defaultdict(list)
    for paper_id, value in rows:
        grouped[paper_id].append(value)
    return grouped
