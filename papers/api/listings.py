"""Papers in an order: searched, trending now and on past days, new by category and day."""

from datetime import UTC, date
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from papers import listings
from papers.api.access import reader_of
from papers.api.errors import Refusal
from papers.api.fields import After, Category, Day, Limit, Text
from papers.api.paging import link_after, read_after
from papers.api.schemas import Paper, read_papers
from papers.models import Category as CategoryRow
from papers.models import Paper as PaperRow
from papers.search.engine import DEEPEST_OFFSET, DateCursor, SearchResult, search, sort_of
from papers.search.language import QueryTooLong, parse
from papers.search.personal import personal_for
from papers.search.tree import Query as ParsedQuery
from papers.search.tree import Sort
from papers.trending import archive, pages
from papers.trending.reasons import reasons_of
from papers.windows import TrendingList, Window

router = Router(tags=["listings"])
PAGE_SIZE = 20
_ABOUT_QUERIES = "In the site's language of searches: /search/help/."
Asked = Annotated[Text, Field(min_length=1, max_length=1000, description=_ABOUT_QUERIES)]


class Remark(Schema):
    text: str = Field(description="About how the query was understood.")


class Found(Schema):
    items: list[Paper]
    near: int = Field(description="So many of the items, the last, only come near in meaning.")
    total: int = Field(description="How many papers hold all that was asked.")
    query: str = Field(description="The query as it was understood.")
    sort: str
    remarks: list[Remark]
    next: str | None = Field(description="Address of the next page; null after the last.")


class Trending(Schema):
    paper: Paper
    reason: str = Field(description="Why it is there, in words.")


class TrendingPage(Schema):
    items: list[Trending]
    next: str | None = Field(description="Address of the next page; null after the last.")


class PastTrending(Schema):
    first_day: date
    day: date
    is_settled: bool = Field(description="Whether the day's list will not change any more.")
    items: list[Trending]
    previous_day: date | None
    next_day: date | None


class Listed(Schema):
    kind: str = Field(description="`new`, `cross` or `replace`.")
    paper: Paper


class NewPage(Schema):
    category: str
    day: date | None
    previous_day: date | None
    next_day: date | None
    items: list[Listed]
    next: str | None = Field(description="Address of the next page; null after the last.")


class CategoryCount(Schema):
    category: str
    new: int
    cross: int
    replace: int


class DayCounts(Schema):
    day: date | None
    categories: list[CategoryCount]


@router.get("/search", response=Found, summary="Search")
def find(
    request: HttpRequest,
    q: Asked,
    sort: Annotated[Sort | None, Field(description="Beats the query's own `sort:`.")] = None,
    limit: Limit = PAGE_SIZE,
    after: After = "",
) -> dict[str, Any]:
    """By day paging goes on without end, in other orders to the first 1,000.

    `in:`, `is:saved`, `is:voted`, `is:seen` and `is:new` mean yours, with a token that may read.
    """
    query = _parsed(q)
    order = sort or sort_of(query)
    question = f"search {order} {query.tree}"
    offset, cursor = _place(order, read_after(question, after))
    # A page must not reach beyond the deepest result.
    most = min(limit, DEEPEST_OFFSET[order] - offset)
    reader = reader_of(request)
    result = search(
        query, limit=most, offset=offset, after=cursor, sort=sort, personal=personal_for(reader)
    )
    items = read_papers([hit.paper_id for hit in result.hits], reader)
    return {
        "items": items,
        "near": sum(hit.is_near for hit in result.hits),
        "total": result.total,
        "query": str(query.tree),
        "sort": result.sort,
        "remarks": [{"text": note.text} for note in result.notes],
        "next": link_after(request, question, _next_place(result, offset + most)),
    }


@router.get("/trending", response=TrendingPage, summary="Trending")
def trending(
    request: HttpRequest,
    ranking: TrendingList = TrendingList.NOW,
    category: Category | None = None,
    limit: Limit = PAGE_SIZE,
    after: After = "",
) -> dict[str, Any]:
    """What each list goes by is said at /ranking/."""
    _refuse_unknown(category)
    code = category or ""
    question = f"trending {ranking} {code}"
    since = read_after(question, after)
    page = pages.page_after(
        ranking, code, after=(since[0], since[1]) if since else None, size=limit
    )
    reasons = reasons_of(page.papers, ranking, today=_today())
    return {
        "items": _with_reasons(request, page.papers, reasons),
        "next": link_after(request, question, page.end),
    }


@router.get("/trending/{day}", response=PastTrending, summary="Trending on a past day")
def past_trending(request: HttpRequest, day: Day, window: Window = Window.TODAY) -> dict[str, Any]:
    try:
        past = archive.read_day(day, window)
    except archive.NoSuchDayError as error:
        raise Http404(_no_such_day(error)) from error
    return {
        "first_day": past.first_day,
        "day": past.day,
        "is_settled": past.is_settled,
        "items": _with_reasons(request, past.papers, past.reasons),
        "previous_day": past.previous_day,
        "next_day": past.next_day,
    }


@router.get("/new", response=NewPage, summary="New in a category")
def new(
    request: HttpRequest,
    category: Category,
    day: Annotated[Day | None, Field(description="By default the last one with any.")] = None,
    limit: Limit = PAGE_SIZE,
    after: After = "",
) -> dict[str, Any]:
    """One announcement day: new papers first, then cross-listed ones, then replaced ones."""
    _refuse_unknown(category)
    shown = day or listings.newest_day(category)
    if shown is None:
        return {"category": category, "day": None, "items": [], **dict.fromkeys(_NEIGHBOURS)}
    question = f"new {category} {shown}"
    since = read_after(question, after)
    rows = listings.list_day_after(
        shown, category, after=(since[0], since[1]) if since else None, most=limit + 1
    )
    end = (rows[limit - 1].kind, rows[limit - 1].paper_id) if len(rows) > limit else None
    kinds = {row.paper_id: row.kind for row in rows[:limit]}
    previous, following = listings.neighbour_days(shown, category)
    papers = read_papers(list(kinds), reader_of(request))
    return {
        "category": category,
        "day": shown,
        "previous_day": previous,
        "next_day": following,
        "items": [{"kind": kinds[paper["number"]], "paper": paper} for paper in papers],
        "next": link_after(request, question, end),
    }


_NEIGHBOURS = ("previous_day", "next_day", "next")


@router.get("/new/counts", response=DayCounts, summary="How much is new in each category")
def new_counts(request: HttpRequest, day: Day | None = None) -> dict[str, Any]:
    shown = day or listings.newest_day()
    counts = listings.count_by_category(shown) if shown else []
    return {"day": shown, "categories": counts}


def _parsed(text: str) -> ParsedQuery:
    try:
        query = parse(" ".join(text.split()))
    except QueryTooLong as error:
        raise Refusal(422, str(error), where="query.q") from error
    if query.is_empty:
        raise Refusal(422, _("A search needs a word or an operator."), where="query.q")
    return query


def _place(order: Sort, since: list[Any] | None) -> tuple[int, DateCursor | None]:
    if since is None:
        return 0, None
    return (0, DateCursor(since[0])) if order == "new" else (since[0], None)


def _next_place(result: SearchResult, reached: int) -> tuple[int] | None:
    if result.next:
        return (DateCursor.from_token(result.next).key,)
    there = min(result.total + result.near, DEEPEST_OFFSET[result.sort])
    return (reached,) if result.sort != "new" and result.hits and reached < there else None


def _with_reasons(
    request: HttpRequest, papers: list[PaperRow], reasons: dict[int, str]
) -> list[dict[str, Any]]:
    written = read_papers([paper.pk for paper in papers], reader_of(request))
    return [{"paper": paper, "reason": reasons.get(paper["number"], "")} for paper in written]


def _refuse_unknown(category: str | None) -> None:
    if category and not CategoryRow.objects.filter(code=category).exists():
        raise Http404(_("No paper here belongs to a category “%s”.") % category)


def _no_such_day(error: archive.NoSuchDayError) -> str:
    if error.first is None or error.last is None:
        return _("No past day is kept here yet.")
    words = _("Nothing is kept of this day: past days here go from %(first)s to %(last)s.")
    return words % {"first": error.first, "last": error.last}


def _today() -> date:
    return timezone.now().astimezone(UTC).date()
