"""What leaves the site about one paper, read once for every format that is sent out.

It decides where a paper's page is and which of its DOIs counts; how a format writes it down is in
papers/formats/ and papers/syndicate.py. It never chooses papers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import islice

from django.conf import settings

from papers.identifiers import ARXIV_DOI_PREFIX
from papers.models import Paper, PaperCategory, PaperIdentifier


@dataclass(frozen=True, slots=True)
class Reference:
    """`title` and `abstract` are TeX as stored; `page` is this site's address of the paper, `url`
    that of the paper itself ("" where none is known). `doi` is a publisher's rather than arXiv's.
    `published_at` is when it was submitted, else announced, else first seen here; `updated_at` is
    when its newest version came out, never before that.
    """

    paper_id: int
    arxiv_id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    primary_category: str
    categories: tuple[str, ...]
    doi: str
    journal_ref: str
    url: str
    page: str
    published_at: datetime
    updated_at: datetime
    first_seen_at: datetime


CHUNK = 500


def in_chunks(paper_ids: Iterable[int], *, size: int = CHUNK) -> Iterator[Reference]:
    """Yield what `read_references` returns, reading `size` papers at a time: three queries each."""
    ids = iter(paper_ids)
    while chunk := list(islice(ids, size)):
        yield from read_references(chunk)


def read_references(paper_ids: Sequence[int]) -> list[Reference]:
    """Return the papers in this order, without those that are gone. Three queries."""
    papers = Paper.objects.defer("comment", "keywords").in_bulk(paper_ids)
    categories = _grouped(
        PaperCategory.objects.filter(paper_id__in=papers)
        .order_by("category_id")
        .values_list("paper_id", "category_id")
    )
    dois = _grouped(
        PaperIdentifier.objects.filter(paper_id__in=papers, scheme=PaperIdentifier.Scheme.DOI)
        .order_by("value")
        .values_list("paper_id", "value")
    )
    return [
        reference_of(papers[pk], categories[pk], dois[pk])
        for pk in dict.fromkeys(paper_ids)
        if pk in papers
    ]


def reference_of(paper: Paper, categories: Sequence[str], dois: Sequence[str]) -> Reference:
    """Return the reference of a paper whose categories and DOIs (sorted) are read already."""
    published_at = paper.submitted_at or _midnight(paper.announced_on) or paper.first_seen_at
    return Reference(
        paper_id=paper.pk,
        arxiv_id="" if paper.is_sample else paper.arxiv_id or "",
        title=paper.title,
        abstract=paper.abstract,
        authors=tuple(str(name) for name in paper.authors),
        primary_category=paper.primary_category_id or "",
        categories=tuple(categories),
        doi=_chosen(dois),
        journal_ref=" ".join(paper.journal_ref.split()),
        url=_url(paper),
        page=f"{settings.SITE_URL}{paper.get_absolute_url()}",
        published_at=published_at,
        updated_at=max(published_at, paper.updated_at or published_at),
        first_seen_at=paper.first_seen_at,
    )


def _chosen(dois: Sequence[str]) -> str:
    others = [doi for doi in dois if not doi.startswith(ARXIV_DOI_PREFIX)]
    return next(iter([*others, *dois]), "")


def _url(paper: Paper) -> str:
    if paper.arxiv_id and not paper.is_sample:
        return f"https://arxiv.org/abs/{paper.arxiv_id}"
    return paper.url


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=UTC) if day else None


def _grouped(pairs: Iterable[tuple[int, str]]) -> defaultdict[int, list[str]]:
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups
