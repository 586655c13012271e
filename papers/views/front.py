from datetime import UTC, date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from papers import calendar, coverage, kept, seen, takings
from papers.days import read_month
from papers.front import compose
from papers.links import link
from papers.listings import busiest, newest_day
from papers.models import Paper, Source
from papers.trending import archive
from papers.windows import TrendingList

COVERAGE_DAYS = 7


@require_safe
@kept.for_visitors
def front(request: HttpRequest) -> HttpResponse:
    """Today's issue: the lead paper, what is trending, and for a reader what is theirs."""
    if "page" in request.GET:
        # Here stood the list of what is trending: its pages have an address of their own.
        return redirect(f"{link('papers:trending_now')}?{request.GET.urlencode()}")
    choice = seen.choice_of(request.user)
    today = timezone.now().astimezone(UTC).date()
    issue = compose(request.user, choice, today=today)
    context = {
        "section": "front",
        "front": issue,
        "has_papers": bool(issue.trending) or Paper.objects.exists(),
        "today": today,
        "days": kept.part("front-days", today, make=lambda: _days(today)),
        "margin": kept.part("front-margin", today, choice.is_reader, make=lambda: _margin(choice)),
        "rankings": list(TrendingList),
        "marks": issue.marks,
        "reasons": issue.reasons,
        "seen": choice,
        "takings": takings.feeds(lambda ending: link("papers:trending_feed", "now", ending)),
    }
    answer = render(request, "papers/front.html", context)
    if not issue.trending and not choice.is_reader:
        # The first papers of a new site come within a minute.
        answer["Cache-Control"] = "no-store"
    return answer


def _days(today: date) -> SafeString:
    """The way to other days, for a page of today."""
    context = {
        "month": read_month(today, today=today),
        "previous_day": archive.newest_day(before=today),
    }
    return render_to_string("papers/_front_days.html", context)


def _margin(choice: seen.SeenChoice) -> SafeString:
    """What stands beside the papers, the same for all readers: categories, and what came."""
    day = newest_day()
    feeds = Source.objects.filter(kind=Source.Kind.ARXIV_RSS, is_active=True)
    strips = coverage.strip(
        categories=list(feeds.values_list("key", flat=True)),
        days=COVERAGE_DAYS,
        today=calendar.feed_day(timezone.now()),
    )
    context = {
        "counts": busiest(day) if day else [],
        "counts_day": day,
        "coverage": coverage.days_of(strips),
        "ranking": TrendingList.NOW,
        "is_reader": choice.is_reader,
        "site_name": settings.SITE_NAME,
    }
    return render_to_string("papers/_front_margin.html", context)
