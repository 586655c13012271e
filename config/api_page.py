"""The API's documentation: a page that needs no script, and the OpenAPI document it is made of.

Swagger's page starts by a script inside the page and styles elements as it goes, which the site's
Content-Security-Policy forbids: docs/decisions.md, "API".
"""

import json
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from config.api import api
from config.api_reference import sections


@cache
def _text() -> bytes:
    return json.dumps(dict(api.get_openapi_schema()), ensure_ascii=False, default=str).encode()


@require_safe
@cache_control(public=True, max_age=300)
def openapi_json(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_text(), content_type="application/json")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    document = json.loads(_text())
    context = {
        "info": document["info"],
        "sections": sections(document, settings.SITE_URL),
        "site_url": settings.SITE_URL,
    }
    return render(request, "api/docs.html", context)
