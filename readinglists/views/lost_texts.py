"""What was typed comes back: to copy, where it was for something that is gone or that one may
change no more; to send again, where the session ended or the form is older than the login.

A list that is edited together loses no text, whoever comes second. The answer tells nothing but
what the reader sent and, to whom may still read the list they came from, the way back: an entry of
somebody else's and one that never was get the same one (promise 32).

An old form comes back with a new token, but only where the browser says that it was a page of ours
that sent it: from another site's page nothing comes that a reader could send by mistake.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from papers.row_numbers import read_row_number
from readinglists.access import Access, open_list
from readinglists.views.conflicts import Meanwhile

View = TypeVar("View", bound=Callable[..., HttpResponse])


Typed = list[Meanwhile]
FormKind = Callable[[QueryDict], forms.BaseForm]

_WRITTEN_IN = ("text", "textarea", "email", "url")
_ELEMENT = re.compile(r"[\w-]+", re.ASCII)


def keeps_what_was_typed(kind: FormKind) -> Callable[[View], View]:
    """Answer a form of that kind, sent to a view that finds nothing or refuses, with its texts.

    409 (RFC 9110, 15.5.10) where the list that the form names can be read; else 404. A refusal
    stays 403, and so does a form of whom the site knows no more. Without a text in it the view's
    own answer stands. It stands outside of `reader_required`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _offer_to_send_again(request, kind) or view(request, *args, **kwargs)
            try:
                return view(request, *args, **kwargs)
            except (Http404, PermissionDenied) as error:
                texts = _typed(request, kind)
                if not texts:
                    raise
                return _show(request, texts, error)

        marked: Any = wrapped
        marked.typed_in = kind
        return cast("View", marked)

    return decorate


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW."""
    view = request.resolver_match.func if request.resolver_match else None
    kind = getattr(view, "typed_in", None)
    kept = _offer_to_send_again(request, kind) if kind else None
    return kept or render(request, "403_csrf.html", {"reason": reason}, status=403)


def texts_of(request: HttpRequest) -> Typed:
    """Return what was typed into the form of a view that keeps it, for who answers in its place."""
    view = request.resolver_match.func if request.resolver_match else None
    kind: FormKind | None = getattr(view, "typed_in", None)
    return _typed(request, kind) if kind else []


def _typed(request: HttpRequest, kind: FormKind) -> Typed:
    if request.method != "POST":
        return []
    fields = kind(request.POST).visible_fields()
    return [
        Meanwhile(field.name, str(field.label), str(field.data), field.widget_type == "textarea")
        for field in fields
        if field.data and field.widget_type in _WRITTEN_IN
    ]


def _offer_to_send_again(request: HttpRequest, kind: FormKind) -> HttpResponse | None:
    texts = _typed(request, kind)
    if not texts:
        return None
    shown = {text.name for text in texts} | {"csrfmiddlewaretoken"}
    context = {
        "section": "lists",
        "texts": texts,
        "rest": [(n, v) for n, vs in request.POST.lists() if n not in shown for v in vs],
        "action": request.get_full_path(),
        "is_ours": _is_from_here(request),
        "element": _element(request),
    }
    page = render(request, "readinglists/send_again.html", context, status=403)
    page["Cache-Control"] = "private, no-store"
    return _swapped_in(request, page)


def _is_from_here(request: HttpRequest) -> bool:
    """As the browser says: Sec-Fetch-Site and Origin can be set by no page (Fetch standard)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin", ""))
    return (origin.scheme, origin.netloc) == (request.scheme, request.get_host())


def _show(request: HttpRequest, texts: Typed, error: Exception) -> HttpResponse:
    access = _list_it_came_from(request)
    status = 403 if isinstance(error, PermissionDenied) else 409 if access else 404
    context = {
        "section": "lists",
        "texts": texts,
        "access": access,
        "refusal": str(error) if status == 403 else "",
        "element": _element(request),
    }
    page = render(request, "readinglists/lost_text.html", context, status=status)
    return _swapped_in(request, page)


def _element(request: HttpRequest) -> str:
    name = request.headers.get("HX-Target", "")
    return name if _ELEMENT.fullmatch(name) else ""


def _swapped_in(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    """Let htmx show it though it is an error (static/js/toasts.js): in the place of the form, or of
    the whole page where that has no name."""
    if "HX-Request" in request.headers:
        page["HX-Reselect"] = f"#{_element(request) or 'content'}"
        if not _element(request):
            page["HX-Retarget"], page["HX-Reswap"] = "#content", "outerHTML"
    return page


def _list_it_came_from(request: HttpRequest) -> Access | None:
    number = read_row_number(request.POST.get("reading_list", ""))
    if number is None:
        return None
    try:
        return open_list(request.user, number)
    except Http404:
        return None
