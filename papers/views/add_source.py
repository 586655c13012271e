"""Adding a source: what was typed is tried first, and shown, before it is saved."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from papers import source_changes, trials
from papers.access import administrators_only
from papers.models import Source
from papers.source_changes import ONLY_ONE
from papers.source_forms import AddSourceForm, SaveSourceForm


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def add_source(request: HttpRequest) -> HttpResponse:
    form = AddSourceForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _show_form(request, form)
    first = Source(kind=form.wanted.kinds[0], key=form.wanted.key)
    context = {"form": form, "wanted": form.wanted, "trial": _try(first), "source": first}
    return render(request, "papers/sources/add_preview.html", context)


def _try(source: Source) -> trials.Trial | None:
    """What it answers; None for a kind that has nothing to show."""
    if not trials.can_be_tried(source.kind):
        return None
    now = timezone.now()
    try:
        source_changes.refuse_while_paused(source, now=now)
    except ValueError as error:
        return trials.Trial(works=False, words=str(error))
    return trials.try_source(source, now=now)


@require_POST
@administrators_only
def save_source(request: HttpRequest) -> HttpResponse:
    form = SaveSourceForm(request.POST)
    if not form.is_valid():
        return _show_form(request, form)
    added = source_changes.add_sources(form.wanted, title=form.cleaned_data["title"])
    words = ngettext("Added. It is read within a minute.", "Added %(n)d sources.", len(added))
    messages.success(request, words % {"n": len(added)})
    return redirect("papers:source", added[0].pk) if len(added) == 1 else redirect("papers:sources")


def _show_form(request: HttpRequest, form: AddSourceForm) -> HttpResponse:
    have = set(Source.objects.filter(kind__in=ONLY_ONE).values_list("kind", flat=True))
    context = {"form": form, "others": [kind for kind in ONLY_ONE if kind not in have]}
    status = 422 if form.errors else 200
    return render(request, "papers/sources/add.html", context, status=status)
