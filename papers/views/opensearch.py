"""Searching from a browser's address bar.

Source of both formats: OpenSearch 1.1, draft 6, and its Suggestions extension 1.1.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from papers.latex import to_text
from papers.search.suggest import complete

# A short name has at most 16 characters.
LONGEST_SHORT_NAME = 16


@require_safe
@cache_control(public=True, max_age=86_400)
def opensearch(request: HttpRequest) -> HttpResponse:
    context = {"short_name": settings.SITE_NAME[:LONGEST_SHORT_NAME]}
    kind = "application/opensearchdescription+xml"
    return render(request, "papers/opensearch.xml", context, content_type=kind)


@require_safe
def suggest_json(request: HttpRequest) -> JsonResponse:
    """`[typed, [searches], [what each is]]`, as browsers read it."""
    text = request.GET.get("q", "")
    found = complete(text)
    answer = [text, [each.query for each in found], [to_text(each.text) for each in found]]
    return JsonResponse(answer, safe=False, content_type="application/x-suggestions+json")
