"""What a browser needs to keep the site as an app: a manifest, a page for when there is no network,
and the script that shows it. That script keeps the page and its static files, never a reader's."""

import hashlib
import json
from collections.abc import Iterator

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

_KEPT = ("css/variables.css", "css/base.css", "icon.svg")


@require_safe
@cache_control(public=True, max_age=86_400)
def manifest(_request: HttpRequest) -> JsonResponse:
    """Source: W3C Web Application Manifest."""
    content = {
        "id": "/",
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "description": _("The research papers of each day"),
        "start_url": reverse("papers:home"),
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#fbfaf6",
        "theme_color": "#fbfaf6",
        "icons": list(_icons()),
    }
    return JsonResponse(content, content_type="application/manifest+json")


def _icons() -> Iterator[dict[str, str]]:
    """The drawing, and pictures of it (papers/pictures/icons.py) for who takes no SVG."""
    yield {"src": staticfiles_storage.url("icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    for name, size, purpose in (
        ("icon-192.png", 192, "any"),
        ("icon-512.png", 512, "any"),
        ("icon-maskable-512.png", 512, "maskable"),
    ):
        yield {
            "src": staticfiles_storage.url(name),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }


@require_safe
@cache_control(public=True, max_age=3600)
def offline(request: HttpRequest) -> HttpResponse:
    """The same for everybody: it is kept in a browser that others may use later.

    It is asked for without cookies, which would tell the language: `?language=` names it.
    """
    context = {"stylesheets": [staticfiles_storage.url(name) for name in _KEPT[:2]]}
    language = _language_of(request) or get_language()
    with translation.override(language):
        response = render(request, "papers/offline.html", context)
    response["Content-Language"] = language
    return response


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    language = _language_of(request)
    page = reverse("papers:offline") + (f"?language={language}" if language else "")
    files = [staticfiles_storage.url(name) for name in _KEPT]
    version = hashlib.sha256(json.dumps([page, *files]).encode()).hexdigest()[:12]
    context = {"version": version, "page": json.dumps(page), "files": json.dumps(files)}
    return render(
        request, "papers/service_worker.js", context, content_type="text/javascript; charset=utf-8"
    )


def _language_of(request: HttpRequest) -> str:
    language = request.GET.get("language", "")
    return language if language in dict(settings.LANGUAGES) else ""
