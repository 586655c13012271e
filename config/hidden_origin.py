from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class HiddenOriginMiddleware:
    """Let forms be sent from a page with `Referrer-Policy: no-referrer`, such as a shared list.

    From there a browser sends `Origin: null` (Fetch standard, "append a request Origin header"),
    which Django's CSRF check, standing after this, refuses. Sec-Fetch-Site: same-origin says that
    the origin is ours; like Origin, no page can set it. The token is still asked for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
        if is_ours and request.META.get("HTTP_ORIGIN") == "null":
            request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
        return self.get_response(request)
