from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import near_lists
from accounts.models import User
from papers import seen
from papers.front import compose
from papers.htmx import HtmxHttpRequest
from papers.paging import page_number


@vary_on_headers("HX-Request")
@login_required
@require_safe
def near(request: HtmxHttpRequest) -> HttpResponse:
    """The papers near what the reader likes; for htmx only the front page's section of them."""
    reader, now = cast("User", request.user), timezone.now()
    found = near_lists.find(reader, now=now)
    choice = seen.choice_of(reader)
    if request.htmx:
        # As the front page has it: without the papers that stand above it there.
        issue = compose(reader, choice, today=now.date())
        section = next((one for one in issue.sections if one.offer.name == near_lists.NAME), None)
        part = {"section": section, "marks": issue.marks, "reasons": issue.reasons}
        return render(request, "papers/_front_section.html", part)
    shown = near_lists.page_of(reader, found, number=page_number(request), hides_seen=choice.hides)
    context = {
        "section": "front",
        "page": shown.page,
        "marks": shown.marks,
        "reasons": shown.reasons,
        "seen": choice,
        "has_some": bool(found),
    }
    return render(request, "accounts/near.html", context)
