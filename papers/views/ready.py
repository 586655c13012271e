"""For whoever sends requests to this machine: whether it can answer them."""

from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from papers import arming
from papers.search.readiness import Readiness, read_readiness


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 where pages and searches are answered, else 503; the body says which of them are not."""
    try:
        search = read_readiness()
        is_armed = arming.is_armed()
    except Error:
        return JsonResponse({"database": "away"}, status=503)
    can_search = search is not None and search.can_search
    body = {"database": "ready", "search": _said(search)}
    if not is_armed:
        # Pages are answered all the same, so the machine is ready.
        body["mail"] = "held: a restored copy, until manage.py armmail"
    return JsonResponse(body, status=200 if can_search else 503)


def _said(search: Readiness | None) -> dict[str, object]:
    if search is None:
        return {"phase": "never ran"}
    return {
        "phase": search.follower.phase,
        "can_search": search.can_search,
        "papers": search.follower.indexed,
        "papers_behind": search.behind,
        "lag_seconds": None if search.lag_seconds is None else round(search.lag_seconds, 1),
        "silent_seconds": round(search.silent_seconds),
    }
