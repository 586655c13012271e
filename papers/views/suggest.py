from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from papers.search.suggest import complete


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """The options of the list below a search box, as a fragment; no page of its own."""
    suggestions = complete(request.GET.get("q", ""))
    return render(request, "papers/_suggestions.html", {"suggestions": suggestions})
