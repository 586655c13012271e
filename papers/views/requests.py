"""Add a paper: a reader pastes its name, and is led to it as soon as it is here."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from papers import marks, requests
from papers.access import reader_of, readers_only
from papers.htmx import HtmxHttpRequest
from papers.models import Paper, PaperRequest
from papers.pauses import paused_until
from papers.request_forms import AddPaperForm

SHOWN = 10
# A request that waits longer than this for its next try is not looked at every second.
SOON_SECONDS = 10


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@readers_only
def add_paper(request: HttpRequest) -> HttpResponse:
    form = AddPaperForm(request.POST or None, initial={"text": request.GET.get("text", "")})
    if request.method == "POST" and form.is_valid():
        try:
            made = requests.request_paper(reader_of(request), form.cleaned_data["text"])
        except ValueError as error:
            form.add_error("text", str(error))
        else:
            return _show_what_it_is(request, made)
    rows = PaperRequest.objects.filter(requested_by_id=request.user.pk)
    rows = rows.select_related("paper", "paper__stats").order_by("-requested_at", "-pk")
    asked = list(rows[:SHOWN])
    context = {
        "form": form,
        "asked": asked,
        "marks": marks.collect(request.user, [row.paper_id for row in asked if row.paper_id]),
        "arxiv_paused_until": paused_until(settings.ARXIV_API_URL, now=timezone.now()),
    }
    status = 422 if form.errors else 200
    return render(request, "papers/add_paper.html", context, status=status)


def _show_what_it_is(request: HttpRequest, made: Paper | PaperRequest) -> HttpResponse:
    if isinstance(made, Paper):
        messages.info(request, _("This paper is here already."))
        return redirect(made)
    return redirect("papers:paper_request", made.pk)


@never_cache
@require_safe
@vary_on_headers("HX-Request")
@readers_only
def paper_request(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(PaperRequest, pk=pk, requested_by_id=request.user.pk)
    paper = requests.paper_of(row)
    if paper and request.htmx:
        return HttpResponseClientRedirect(paper.get_absolute_url())
    if paper:
        return redirect(paper)
    now = timezone.now()
    context = {
        "asked": row,
        "is_soon": (row.next_due_at - now).total_seconds() < SOON_SECONDS,
        "seen": f"{row.state}-{row.attempts}-{row.next_due_at.timestamp():.0f}",
        "arxiv_paused_until": paused_until(settings.ARXIV_API_URL, now=now),
    }
    if request.htmx and request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=204)  # nothing to say anew: a screen reader stays quiet
    template = "_paper_request.html" if request.htmx else "paper_request.html"
    return render(request, f"papers/{template}", context)
