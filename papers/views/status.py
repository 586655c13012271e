from datetime import UTC

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from papers import calendar, coverage, health, kept
from papers.models import Source
from papers.search.readiness import read_readiness


@require_safe
@kept.for_visitors
def status(request: HttpRequest) -> HttpResponse:
    """What was expected, what came, what is late; and how the sources are doing."""
    now = timezone.now()
    today = calendar.feed_day(now)
    daily = Source.objects.filter(kind=Source.Kind.ARXIV_RSS)
    parked, newest_parked = health.parked_documents()
    context = {
        "strips": coverage.strip(categories=list(daily.values_list("key", flat=True)), today=today),
        "looks": coverage.looks().values(),
        "lines": health.source_lines(now=now),
        "hosts": health.host_lines(day=now.astimezone(UTC).date()),
        "harvests": health.harvests_under_way(),
        "parked": parked,
        "newest_parked": newest_parked,
        "batches": health.batch_lines(),
        "calendar_warning": calendar.warning(today),
        "search": read_readiness(),
    }
    return render(request, "papers/status.html", context)
