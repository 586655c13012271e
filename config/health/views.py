"""For whoever watches this machine, or sends requests to it: no page of it is for readers."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.health import parts
from config.health.parts import Part
from config.health.recent import Recent

_ALL = Recent(parts.read_parts)
_SERVING = Recent(parts.read_serving)


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """That this process answers; it asks nothing of any other."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 where all is well, else 503; the body says of each part how it does."""
    found = _ALL.parts()
    return _answer(found, all(part.is_well for part in found))


@require_safe
@never_cache
def ready_to_serve(request: HttpRequest) -> JsonResponse:
    """200 where pages and searches are answered here, whatever becomes of tasks and mail.

    What a load balancer asks: no machine is to be left alone because all workers are away.
    """
    found = _SERVING.parts()
    return _answer(found, all(part.is_well or not part.serves for part in found))


def _answer(found: list[Part], is_ready: bool) -> JsonResponse:
    body = {
        part.name: {"well": part.is_well, "words": part.words, **part.figures} for part in found
    }
    return JsonResponse(body, status=200 if is_ready else 503)
