"""The administrator's page of arXiv's calendar: the holidays of each year, as lines of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from papers import calendar, coverage
from papers.access import administrators_only


@dataclass(frozen=True, slots=True)
class YearForm:
    """One year as the page shows it: its lines, and what is wrong with those just sent."""

    year: int
    lines: str
    is_known: bool
    problems: Sequence[str] = ()


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def calendar_page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = calendar.feed_day(now)
    years = _years(today)
    if request.method != "POST":
        return _show(request, years, today)
    sent = next((one for one in years if str(one.year) == request.POST.get("year")), None)
    if sent is None:
        messages.error(request, _("That year cannot be entered here."))
        return redirect("papers:calendar")
    text = request.POST.get("lines", "")
    parsed = calendar.parse_lines(text, sent.year)
    if parsed.problems:
        kept = YearForm(sent.year, text, sent.is_known, parsed.problems)
        shown = [kept if one is sent else one for one in years]
        return _show(request, shown, today, status=422)
    calendar.enter_year(sent.year, parsed.holidays)
    coverage.restate(now=now)
    messages.success(request, _("The calendar of %s is saved.") % sent.year)
    return redirect("papers:calendar")


def _years(today: date) -> list[YearForm]:
    """The years that may be entered: this one, the next and all known ones, newest first."""
    known = calendar.read_calendar().years
    return [
        YearForm(year, calendar.lines_of(year), year in known)
        for year in sorted({*known, today.year, today.year + 1}, reverse=True)
    ]


def _show(
    request: HttpRequest, years: Sequence[YearForm], today: date, *, status: int = 200
) -> HttpResponse:
    context = {"years": years, "warning": calendar.warning(today)}
    return render(request, "papers/sources/calendar.html", context, status=status)
