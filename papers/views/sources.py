"""The administrator's pages of sources: all of them, one of them, and each thing to do with one."""

from dataclasses import dataclass
from itertools import groupby

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from papers import source_changes, trials
from papers.access import administrators_only
from papers.htmx import HtmxHttpRequest
from papers.models import AnswerCount, Source
from papers.pauses import address_of, host_of
from papers.source_forms import SourceForm

BATCHES_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Group:
    """The sources of one kind, each with what its host has sent on this UTC day."""

    label: str
    lines: list[tuple[Source, int]]


@require_safe
@administrators_only
def sources(request: HttpRequest) -> HttpResponse:
    sent = _bytes_of_today()
    rows = Source.objects.order_by("kind", "title", "key")
    groups = [
        Group(
            str(Source.Kind(kind).label),
            [(row, sent.get(host_of(address_of(row)), 0)) for row in of],
        )
        for kind, of in groupby(rows, key=lambda row: row.kind)
    ]
    return render(request, "papers/sources/sources.html", {"groups": groups})


def _bytes_of_today() -> dict[str, int]:
    counts = AnswerCount.objects.filter(day=timezone.now().date()).values("host")
    totals = counts.annotate(total=Sum("received_bytes"))
    return dict(totals.values_list("host", "total"))


@require_safe
@administrators_only
def source(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Source, pk=pk)
    return _show(request, found, SourceForm(instance=found))


@require_POST
@administrators_only
def change_source(request: HttpRequest, pk: int) -> HttpResponse:
    # A copy of its own: a form writes what was typed into its instance, even when it refuses it.
    form = SourceForm(request.POST, instance=get_object_or_404(Source, pk=pk))
    if not form.is_valid():
        return _show(request, get_object_or_404(Source, pk=pk), form, status=422)
    form.instance.save(update_fields=list(form.fields))
    messages.success(request, _("Saved."))
    return redirect("papers:source", pk)


@require_POST
@administrators_only
def pause_source(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Source, pk=pk)
    source_changes.set_paused(found, is_paused=True)
    messages.success(request, _("“%s” is paused: it is not read until you resume it.") % found)
    return redirect("papers:source", pk)


@require_POST
@administrators_only
def resume_source(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Source, pk=pk)
    source_changes.set_paused(found, is_paused=False)
    messages.success(request, _("“%s” is read again.") % found)
    return redirect("papers:source", pk)


@require_POST
@administrators_only
def try_source_now(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Source, pk=pk)
    try:
        source_changes.try_now(found, now=timezone.now())
    except ValueError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("“%s” is read within a minute.") % found)
    return redirect(_way_back(request, found))


def _way_back(request: HttpRequest, found: Source) -> str:
    """The page of the site whose button was pressed, else the source's own."""
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if safe and address else reverse("papers:source", args=[found.pk])


@require_POST
@vary_on_headers("HX-Request")
@administrators_only
def test_source(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    """Fetch and parse it, store nothing, show what came."""
    found, now = get_object_or_404(Source, pk=pk), timezone.now()
    context: dict[str, object] = {"source": found}
    try:
        source_changes.refuse_while_paused(found, now=now)
    except ValueError as error:
        context["refused"] = str(error)
    else:
        context["trial"] = trials.try_source(found, now=now)
    if request.htmx:
        return render(request, "papers/sources/_trial.html", context)
    return _show(request, found, SourceForm(instance=found), extra=context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def remove_source(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Source, pk=pk)
    if request.method == "POST":
        try:
            source_changes.remove(found)
        except ValueError as error:
            messages.error(request, str(error))
            return redirect("papers:source", pk)
        messages.success(request, _("“%s” is removed.") % found)
        return redirect("papers:sources")
    context = {
        "source": found,
        "batches": found.batches.count(),
        "is_kept": source_changes.is_named_by_settings(found),
    }
    return render(request, "papers/sources/remove.html", context)


def _show(
    request: HttpRequest,
    found: Source,
    form: SourceForm,
    *,
    extra: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "source": found,
        "form": form,
        "can_be_tried": trials.can_be_tried(found.kind),
        "batches": list(found.batches.order_by("-announced_on", "category")[:BATCHES_SHOWN]),
        "is_kept": source_changes.is_named_by_settings(found),
        **(extra or {}),
    }
    return render(request, "papers/sources/source.html", context, status=status)
