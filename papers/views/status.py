import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from papers import ranking
from papers.models import Batch, Paper, Source
from papers.search import follower

# The follower says how it is doing every few seconds; one silent for so long is not running.
SILENT_SECONDS = 60.0


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    sources = list(Source.objects.all())
    batches = Batch.objects.select_related("source").order_by("-announced_on", "source__kind")
    context = {
        "sources": sources,
        "batches": list(batches[:40]),
        **_search_state(),
    }
    return render(request, "papers/status.html", context)


def _search_state() -> dict[str, object]:
    said = follower.state()
    if said is None:
        return {"index": None}
    age_seconds = time.time() - said.updated_at
    return {"index": said, "index_is_silent": age_seconds > SILENT_SECONDS}


@require_safe
def ranking_page(request: HttpRequest) -> HttpResponse:
    newest = Paper.objects.newest_announcement_day()
    example = Paper.objects.trending().filter(announced_on=newest).first() if newest else None
    return render(request, "papers/ranking.html", {"ranking": ranking, "example": example})
