"""The papers that an issue may hold, read once for all readers of a chunk.

It reads what is announced, risen and supported; it never looks at who reads.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from papers.latex import to_text
from papers.models import Paper, PaperStats

# Enough for the largest issue after four months of large issues; the best score comes first.
MOST_TRENDING = 3000
MOST_NEW = 2000
MOST_MISSED = 1000
# Without any sign of interest in this time the site has none to go by.
SIGNAL_DAYS = 7


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the choice weighs of one paper."""

    paper_id: int
    announced_on: date | None
    first_seen_at: datetime
    risen_on: date | None
    category: str | None
    votes: int
    upvotes: int
    stars: int


_COLUMNS = (
    "pk",
    "announced_on",
    "first_seen_at",
    "stats__risen_on",
    "primary_category_id",
    "stats__votes",
    "stats__upvotes",
    "stats__stars",
)


def trending(*, since: date, until: date) -> list[Candidate]:
    """Return papers with some popularity, announced or risen in these days, best score first."""
    papers = _popular_of(since, until).order_by("-stats__score", "-pk")
    return list(_records(papers[:MOST_TRENDING]))


def missed(*, since: date) -> list[Candidate]:
    """Return papers announced since that day that drew most interest, whenever that was."""
    papers = Paper.objects.not_withdrawn().filter(announced_on__gte=since, stats__popularity__gt=0)
    return list(_records(papers.order_by("-stats__popularity", "-pk")[:MOST_MISSED]))


def newest(*, since: date, until: date) -> list[Candidate]:
    """Return papers announced in these days, newest first, whatever anybody makes of them."""
    papers = Paper.objects.not_withdrawn().announced_between(since, until)
    return list(_records(papers.order_by("-announced_on", "-pk")[:MOST_NEW]))


def by_id(paper_ids: Iterable[int]) -> dict[int, Candidate]:
    papers = Paper.objects.not_withdrawn().filter(pk__in=set(paper_ids))
    return {candidate.paper_id: candidate for candidate in _records(papers)}


def with_signal(until: date) -> frozenset[int]:
    """Return papers of the last SIGNAL_DAYS that somebody, somewhere, showed interest in."""
    papers = _popular_of(until - timedelta(days=SIGNAL_DAYS), until)
    return frozenset(papers.values_list("pk", flat=True)[:MOST_TRENDING])


def titles_of(paper_ids: Iterable[int]) -> dict[int, str]:
    """The titles by id, in plain characters."""
    titles = Paper.objects.filter(pk__in=set(paper_ids)).values_list("pk", "title")
    return {pk: to_text(title) for pk, title in titles}


def categories_of(paper_ids: Iterable[int]) -> dict[int, str]:
    papers = Paper.objects.filter(pk__in=set(paper_ids), primary_category__isnull=False)
    return {pk: code for pk, code in papers.values_list("pk", "primary_category_id") if code}


def _popular_of(since: date, until: date) -> QuerySet[Paper]:
    # A union, not an OR over two tables, for which Postgres reads both whole: of a million papers
    # 2 s for each chunk of readers, and 0.2 s so.
    announced = Paper.objects.filter(announced_on__range=(since, until)).values("pk")
    risen = PaperStats.objects.filter(risen_on__range=(since, until)).values("paper_id")
    lately = Paper.objects.not_withdrawn().filter(pk__in=announced.union(risen))
    return lately.filter(stats__popularity__gt=0)


def _records(papers: QuerySet[Paper]) -> Iterator[Candidate]:
    for pk, announced_on, seen, risen, category, votes, upvotes, stars in papers.values_list(
        *_COLUMNS
    ):
        yield Candidate(
            pk, announced_on, seen, risen, category, votes or 0, upvotes or 0, stars or 0
        )
