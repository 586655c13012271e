from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from papers import kept, marks, seen, takings
from papers.category_names import CATEGORY_NAMES
from papers.days import NoSuchDayError, refuse_impossible
from papers.front.new_in_own import new_on
from papers.links import link
from papers.listings import count_by_category, list_day, neighbour_days, newest_day
from papers.models import Announcement, Category, Paper
from papers.months import chart_months
from papers.own_categories import own_categories
from papers.paging import get_page, page_number
from papers.search.engine import IndexNotReady, search
from papers.search.tree import InCategory, Query
from papers.trending.pages import page_of
from papers.trending.reasons import reasons_of
from papers.windows import TrendingList

PAGE_SIZE = 50
MOST_TRENDING = 5


@require_safe
@kept.for_visitors
def new(
    request: HttpRequest, category: str | None = None, announced_on: date | None = None
) -> HttpResponse:
    """One announcement day: of all categories an index of them, of one category its papers."""
    if category is not None and not Category.objects.filter(code=category).exists():
        raise Http404(_("No paper here belongs to a category “%s”.") % category)
    try:
        refuse_impossible(announced_on or timezone.now().date(), today=timezone.now().date())
    except NoSuchDayError as error:
        raise Http404(str(error)) from error
    day = announced_on or newest_day(category)
    context: dict[str, object] = {"section": "new", "category": category, "day": day}
    context["category_name"] = CATEGORY_NAMES.get(category or "", "")
    if day is not None:
        previous, following = neighbour_days(day, category)
        context |= {"previous_day": previous, "next_day": following}
    if category is None or day is None:
        context["counts"] = count_by_category(day) if day else []
        return render(request, "papers/new.html", context)
    choice = seen.choice_of(request.user)
    listings = list_day(day, category, without=choice.hidden)
    page = get_page(listings, number=page_number(request), size=PAGE_SIZE)
    papers: list[Paper] = [listing.paper for listing in page.items]
    if announced_on is None:
        context |= about_category(category)
    context |= {
        "page": page,
        "kinds": Announcement.Kind,
        "totals": {c.category: c for c in count_by_category(day)}.get(category),
        "marks": marks.collect(request.user, [paper.pk for paper in papers]),
        "reasons": reasons_of(papers, TrendingList.WEEK, today=timezone.now().date()),
        "seen": choice,
        "papers_here": papers,
        "takings": takings.feeds(lambda ending: link("papers:category_feed", category, ending)),
    }
    return render(request, "papers/new_in_category.html", context)


@login_required
@require_safe
def new_in_mine(request: HttpRequest) -> HttpResponse:
    """The papers of the newest day in the reader's own categories, each once."""
    codes = own_categories(request.user)
    choice = seen.choice_of(request.user)
    day = newest_day()
    papers = new_on(day, codes, without=choice.hidden) if day else Paper.objects.none()
    page = get_page(papers.for_cards(), number=page_number(request), size=PAGE_SIZE)
    context = {
        "section": "new",
        "day": day,
        "categories": codes,
        "page": page,
        "marks": marks.collect(request.user, [paper.pk for paper in page.items]),
        "reasons": reasons_of(page.items, TrendingList.WEEK, today=timezone.now().date()),
        "seen": choice,
    }
    return render(request, "papers/new_in_mine.html", context)


def about_category(category: str) -> dict[str, object]:
    """What trends in it, and how many papers came each month; no chart without the index."""
    trending = page_of(TrendingList.WEEK, [category], number=1, size=MOST_TRENDING)
    try:
        found = search(Query(InCategory(category)), limit=1, sort="new", facets=True)
    except IndexNotReady:
        return {"trending_here": trending.items}
    months = found.facets.months if found.facets else ()
    chart = chart_months(months, today=timezone.now().date())
    return {"trending_here": trending.items, "chart": chart, "papers_in_all": found.total}
