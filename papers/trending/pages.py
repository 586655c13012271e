"""A page of a trending list: which papers, and why each is there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from papers.models import Paper, SeenPaper, Standing
from papers.paging import Page
from papers.windows import TrendingList

MOST_CATEGORIES = 30


def page_of(
    ranking: TrendingList,
    categories: Sequence[str] = ("",),
    *,
    number: int,
    size: int,
    without: "QuerySet[SeenPaper, int] | None" = None,
) -> Page[Paper]:
    """Return page `number` (from 1) of a list, the best first, equal ones newest first.

    Of all papers, or of those in any of `categories` (at most 30); `without` are ids of papers to
    leave out. Two queries, whatever the page.
    """
    start = (number - 1) * size
    found = list(_places(ranking, categories, without, start + size + 1)[start:])
    ids = [paper_id for _value, paper_id in found[:size]]
    papers = Paper.objects.for_cards().not_withdrawn().in_bulk(ids)
    return Page(
        items=[papers[pk] for pk in ids if pk in papers],
        number=number,
        size=size,
        has_next=len(found) > size,
    )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some `papers` of a list; `end` is value and number of the last place, None after the last."""

    papers: list[Paper]
    end: tuple[float, int] | None


def page_after(
    ranking: TrendingList, category: str, *, after: tuple[float, int] | None, size: int
) -> Stretch:
    """Return the next `size` papers of a list (of all: category "") after the place `after`.

    Two queries, however far down: one index is entered where the page before ended.
    """
    rows = Standing.objects.filter(ranking=ranking, category=category)
    if after is not None:
        value, paper_id = after
        # The first condition is what the index is entered by.
        rows = rows.filter(value__lte=value).filter(
            Q(value__lt=value) | Q(value=value, paper_id__lt=paper_id)
        )
    ordered = rows.order_by("-value", "-paper_id").values_list("value", "paper_id")
    found = list(ordered[: size + 1])
    ids = [paper_id for _value, paper_id in found[:size]]
    papers = Paper.objects.for_cards().not_withdrawn().in_bulk(ids)
    end = found[size - 1] if len(found) > size else None
    return Stretch([papers[pk] for pk in ids if pk in papers], end)


def _places(
    ranking: TrendingList,
    categories: Sequence[str],
    without: "QuerySet[SeenPaper, int] | None",
    most: int,
) -> "QuerySet[Standing, tuple[float, int]]":
    """Each category's index is walked from its top, as far as all of them together may need."""
    rows = Standing.objects.filter(ranking=ranking)
    if without is not None:
        rows = rows.exclude(paper__in=without)
    of_each = [
        rows.filter(category=category)
        .order_by("-value", "-paper_id")
        .values_list("value", "paper_id")[:most]
        for category in categories[:MOST_CATEGORIES]
    ]
    if len(of_each) == 1:
        return of_each[0]
    return of_each[0].union(*of_each[1:]).order_by("-value", "-paper_id")[:most]
