import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.outbox import Message, list_names, read_line, read_message

PAGE_SIZE = 50
# Links of a mail open in a new window, which is a page like any other; scripts never run.
SANDBOX = ["allow-popups", "allow-popups-to-escape-sandbox"]
MAIL_POLICY = {  # what is not named here stays as on every page
    "default-src": [NONE],
    "script-src": [NONE],
    "connect-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "frame-ancestors": [SELF],
    "sandbox": SANDBOX,
}
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)

View = TypeVar("View", bound=Callable[..., HttpResponse])


def only_where_shown(view: View) -> View:
    """Answer 404 on a site that sends its mail, where the outbox would show readers' letters."""

    @wraps(view)
    def guarded(request: HttpRequest, **named: Any) -> HttpResponse:
        if not settings.OUTBOX_SHOWN:
            raise Http404(_("This site sends its mail and keeps no outbox."))
        return view(request, **named)

    return cast("View", guarded)


@never_cache
@require_safe
@only_where_shown
def outbox(request: HttpRequest) -> HttpResponse:
    page = Paginator(list_names(), PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [read_line(name) for name in page]
    return render(request, "accounts/outbox.html", {"page": page, "lines": lines})


@never_cache
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
@require_safe
@only_where_shown
def message(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "accounts/outbox_message.html", {"message": _get_message(name)})


@never_cache
@csp_replace(MAIL_POLICY)  # type: ignore[arg-type]
@xframe_options_sameorigin
@require_safe
@only_where_shown
def message_html(request: HttpRequest, name: str) -> HttpResponse:
    html = _get_message(name).html
    if not html:
        raise Http404(_("This mail has no HTML part."))
    opened = _HEAD.sub(r'\g<0><base target="_blank">', html, count=1)
    return HttpResponse(opened if opened != html else f'<base target="_blank">{html}')


def _get_message(name: str) -> Message:
    try:
        return read_message(name)
    except FileNotFoundError:
        raise Http404(_("There is no such mail in the outbox.")) from None
