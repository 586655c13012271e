"""The administrator's page of backfills: start one, watch it, pause, resume and stop it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from papers import harvest
from papers.access import administrators_only
from papers.backfill_forms import BackfillForm
from papers.harvest import Progress
from papers.htmx import HtmxHttpRequest
from papers.models import Harvest
from papers.pauses import paused_until

SHOWN = 20
PROBLEMS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    harvest: Harvest
    progress: Progress

    @property
    def percent(self) -> int:
        return int(100 * self.progress.share)

    @property
    def remaining(self) -> str:
        """The time that is left, in words; "" when nobody can say."""
        left, now = self.progress.remaining, timezone.now()
        return timesince(now - left, now) if left is not None else ""

    @property
    def last_problems(self) -> list[str]:
        return list(self.harvest.problems[-PROBLEMS_SHOWN:])


@require_safe
@vary_on_headers("HX-Request")
@administrators_only
def backfills(request: HtmxHttpRequest) -> HttpResponse:
    context = _lines()
    if request.htmx:
        return render(request, "papers/sources/_harvests.html", context)
    return render(request, "papers/sources/backfill.html", context | {"form": BackfillForm()})


@require_POST
@administrators_only
def start_backfill(request: HttpRequest) -> HttpResponse:
    form = BackfillForm(request.POST)
    if form.is_valid() and _start(form):
        messages.success(request, _("The backfill has begun; this page shows how far it is."))
        return redirect("papers:backfills")
    return render(request, "papers/sources/backfill.html", _lines() | {"form": form}, status=422)


def _start(form: BackfillForm) -> bool:
    data = form.cleaned_data
    try:
        harvest.start_backfill(
            interface=data["interface"],
            scope=data["scope"],
            first_on=data["first_month"],
            last_on=form.last_on,
            earliest_month=data["first_month"],
            today=timezone.now().date(),
        )
    except harvest.AlreadyBegunError as error:
        form.add_error(None, _with_link(error))
        return False
    except ValueError as error:
        form.add_error(None, str(error))
        return False
    return True


def _with_link(error: harvest.AlreadyBegunError) -> str:
    link = f"{reverse('papers:backfills')}#backfill-{error.harvest.pk}"
    return format_html('{} <a href="{}">{}</a>', str(error), link, _("Show it"))


@require_POST
@administrators_only
def pause_backfill(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(pk, harvest.pause)


@require_POST
@administrators_only
def resume_backfill(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(pk, harvest.resume)


@require_POST
@administrators_only
def stop_backfill(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(pk, harvest.stop)


def _change(pk: int, change: Callable[[Harvest], object]) -> HttpResponse:
    change(get_object_or_404(Harvest, pk=pk, source=None))
    return redirect("papers:backfills")


def _lines() -> dict[str, object]:
    now = timezone.now()
    rows = list(Harvest.objects.filter(source=None)[:SHOWN])
    return {
        "lines": [Line(row, harvest.progress(row, now=now)) for row in rows],
        "is_running": any(row.state == Harvest.State.RUNNING for row in rows),
        "arxiv_paused_until": paused_until(settings.ARXIV_OAI_URL, now=now),
    }
