from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.digest import ask, foot, issues
from accounts.digest.choose import choose
from accounts.digest.schedule import next_due
from accounts.models import Delivery, User
from papers import marks
from papers.sentences import in_language

SHOWN = 60


@never_cache
@login_required
@require_safe
def list_issues(request: HttpRequest) -> HttpResponse:
    reader = cast("User", request.user)
    rows = Delivery.objects.filter(user=reader).order_by("-local_date")[:SHOWN]
    context = {
        "section": "issues",
        "reader": reader,
        "lines": [issues.line_of(row) for row in rows],
        "today": timezone.now().astimezone(reader.zone).date(),
    }
    return render(request, "accounts/issues.html", context)


@never_cache
@login_required
@require_safe
def issue(request: HttpRequest, local_date: date) -> HttpResponse:
    delivery = Delivery.objects.filter(
        user=cast("User", request.user), local_date=local_date
    ).first()
    if delivery is None:
        raise Http404(_("You have no issue of this date."))
    sections = issues.sections_of(delivery.items)
    context = {
        "section": "issues",
        "line": issues.line_of(delivery),
        "sections": sections,
        "coverage": foot.coverage_line(delivery.finished_at or delivery.due_at),
        "marks": marks.collect(request.user, [p.pk for s in sections for p in s.papers]),
    }
    return render(request, "accounts/issue.html", context)


@never_cache
@login_required
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    context = preview_context(cast("User", request.user))
    return render(request, "accounts/preview.html", context)


def preview_context(reader: User) -> dict[str, Any]:
    """What the templates of the next issue show of it, were it chosen now."""
    now = timezone.now()
    chosen = choose([reader], now)[reader.pk]
    sections = issues.sections_of([item.as_json() for item in chosen.items])
    return {
        "section": "issues",
        "reader": reader,
        "next_due": reader.next_due_at or next_due(reader, now),
        "sections": sections,
        "why_nothing": in_language(chosen.why_nothing),
        "coverage": foot.coverage_line(now),
        "marks": marks.collect(reader, [p.pk for s in sections for p in s.papers]),
    }


@require_POST
def send_now(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:  # this address cannot be opened after the login
        return redirect_to_login(reverse("accounts:issues"))
    reader = request.user
    delivery = ask.send_now(reader, timezone.now())
    if delivery.state in (Delivery.State.SENT, Delivery.State.UNKNOWN):
        messages.info(request, _("Today's issue was already sent. Here it is; no second one goes."))
        return redirect("accounts:issue", delivery.local_date)
    words = _("Today's issue is on its way to %s. This page shows what becomes of it.")
    messages.success(request, words % reader.email)
    return redirect("accounts:issues")
