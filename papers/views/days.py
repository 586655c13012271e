from datetime import UTC, date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from papers import kept
from papers.days import read_month


@require_safe
@kept.for_visitors
def days(request: HttpRequest, month: date | None = None) -> HttpResponse:
    """The calendar of a month, this one if none is named: its days lead to their papers."""
    today = timezone.now().astimezone(UTC).date()
    shown = read_month(month or today, today=today)
    return render(request, "papers/days.html", {"section": "front", "month": shown})
