"""The addresses below /api/v1/, each served as config/api_serving.py says."""

from typing import cast

from django.urls import URLPattern, URLResolver, path, re_path

from config.api import api
from config.api_page import docs, openapi_json
from config.api_serving import nothing_here, serve


def _operations() -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for each in api.urls[0]:
        operation = cast("URLPattern", each)
        if operation.name != "api-root":
            operation.callback = serve(operation.callback)
            found.append(operation)
    return found


urlpatterns = [
    path("docs", docs, name="api_docs"),
    path("openapi.json", openapi_json, name="api_openapi"),
    *_operations(),
    re_path(r"^(?P<rest>.*)$", serve(nothing_here)),
]
