from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from papers import marks
from papers.listings import CategoryCount, count_by_category, newest_day
from papers.models import Paper
from papers.paging import get_page, page_number
from papers.windows import Window

PAGE_SIZE = 20
MOST_CATEGORIES = 12


@require_safe
def trending(request: HttpRequest, window: Window = Window.WEEK) -> HttpResponse:
    newest = Paper.objects.newest_announcement_day()
    counts_day = newest_day()
    papers = Paper.objects.for_cards().in_window(window, newest)
    page = get_page(papers, number=page_number(request), size=PAGE_SIZE)
    context = {
        "section": "trending",
        "window": window,
        "windows": list(Window),
        "newest": newest,
        "counts": _busiest(counts_day) if counts_day else [],
        "counts_day": counts_day,
        "page": page,
        "marks": marks.collect(request.user, [paper.pk for paper in page.items]),
    }
    return render(request, "papers/trending.html", context)


def _busiest(day: date) -> list[CategoryCount]:
    counts = [count for count in count_by_category(day) if count.new]
    return sorted(counts, key=lambda count: -count.new)[:MOST_CATEGORIES]
