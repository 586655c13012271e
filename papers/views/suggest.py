from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from papers.search.suggest import complete


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """The options of the list below a search box, as a fragment; no page of its own."""
    # Where results follow the typing, papers stand among them: the list is not to cover those.
    text, is_few = request.GET.get("q", ""), request.GET.get("few") == "1"
    suggestions = complete(text, limit=3, without_papers=True) if is_few else complete(text)
    return render(request, "papers/_suggestions.html", {"suggestions": suggestions})
