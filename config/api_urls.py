"""The addresses below /api/v1/, each served as config/api_serving.py says."""

import re
from typing import cast

from django.urls import URLPattern, URLResolver, path, re_path

from config.api import api
from config.api_page import docs, openapi_json
from config.api_serving import nothing_here, serve

_DOCUMENT = api.get_openapi_schema()


def _operations() -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for each in api.urls[0]:
        operation = cast("URLPattern", each)
        if operation.name != "api-root":
            known = _query_names(str(operation.pattern))
            operation.callback = serve(operation.callback, known)
            found.append(operation)
    return found


def _query_names(route: str) -> dict[str, frozenset[str]]:
    """The query parameters that each method at this address knows, as the document has them."""
    path = "/api/v1/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
    return {
        method.upper(): frozenset(
            each["name"] for each in operation["parameters"] if each["in"] == "query"
        )
        for method, operation in _DOCUMENT["paths"][path].items()
    }


urlpatterns = [
    path("docs", docs, name="api_docs"),
    path("openapi.json", openapi_json, name="api_openapi"),
    *_operations(),
    re_path(r"^(?P<rest>[\s\S]*)$", serve(nothing_here)),
]
