"""The pages of requests that cannot be read and of faults of ours.

It decides which status a fault has: a body that is too large is 413, a database that is away 503.
The pages of faults ask neither the database nor the cache, nor trust that static files are there.
"""

import sys

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi

from config.log_context import current_ids

RETRY_AFTER_SECONDS = "60"
_STYLESHEETS = ("css/variables.css", "css/base.css")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, f"{status}.html", status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    if isinstance(error, UnreadablePostError):
        # Its sender hung up or took too long, which Django takes for a fault of ours.
        return bad_request(request, error)
    is_database = isinstance(error, OperationalError | InterfaceError)
    status = 503 if is_database else 500
    response = HttpResponse(render_fault(status), status=status)
    if is_database:
        response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def render_fault(status: int) -> str:
    """Return the page of a fault of ours, 500 or 503, as HTML."""
    context = {
        "site_name": settings.SITE_NAME,
        "language": get_language() or settings.LANGUAGE_CODE,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "stylesheets": _stylesheets(),
        "request_id": current_ids().get("request_id", ""),
    }
    return render_to_string(f"{status}.html", context)


def _stylesheets() -> list[str]:
    try:
        return [staticfiles_storage.url(name) for name in _STYLESHEETS]
    except (ValueError, OSError):  # never collected: a plain page is better than none
        return []
