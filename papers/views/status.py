from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from papers import ranking
from papers.models import Batch, Paper, Source


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    sources = list(Source.objects.all())
    batches = Batch.objects.select_related("source").order_by("-announced_on", "source__kind")
    context = {
        "sources": sources,
        "batches": list(batches[:40]),
        "newest": Paper.objects.newest_announcement_day(),
    }
    return render(request, "papers/status.html", context)


@require_safe
def ranking_page(request: HttpRequest) -> HttpResponse:
    newest = Paper.objects.newest_announcement_day()
    example = Paper.objects.trending().filter(announced_on=newest).first() if newest else None
    return render(request, "papers/ranking.html", {"ranking": ranking, "example": example})
