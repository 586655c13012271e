"""What was typed for something that is gone, or that one may change no more, comes back to copy.

A list that is edited together loses no text, whoever comes second. The answer tells nothing but
what the reader sent and, to whom may still read the list they came from, the way back: an entry of
somebody else's and one that never was get the same one (promise 32).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from readinglists.access import Access, open_list
from readinglists.views.conflicts import Meanwhile

View = TypeVar("View", bound=Callable[..., HttpResponse])


def keeps_what_was_typed(kind: type[forms.Form]) -> Callable[[View], View]:
    """Answer a form of that kind, sent to a view that finds nothing or refuses, with its texts.

    409 (RFC 9110, 15.5.10) where the list that the form names can be read; else 404. A refusal
    stays 403. Without a text in it the view's own answer stands.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except (Http404, PermissionDenied) as error:
                texts = _typed(request, kind)
                if not texts:
                    raise
                return _show(request, texts, error)

        return cast("View", wrapped)

    return decorate


def _typed(request: HttpRequest, kind: type[forms.Form]) -> list[Meanwhile]:
    if request.method != "POST":
        return []
    fields = kind(request.POST).visible_fields()
    return [
        Meanwhile(field.name, str(field.label), str(field.data), field.widget_type == "textarea")
        for field in fields
        if field.data
    ]


def _show(request: HttpRequest, texts: list[Meanwhile], error: Exception) -> HttpResponse:
    access = _list_it_came_from(request)
    status = 403 if isinstance(error, PermissionDenied) else 409 if access else 404
    context = {
        "section": "lists",
        "texts": texts,
        "access": access,
        "refusal": str(error) if status == 403 else "",
        "element": request.headers.get("HX-Target", ""),
    }
    return render(request, "readinglists/lost_text.html", context, status=status)


def _list_it_came_from(request: HttpRequest) -> Access | None:
    text = request.POST.get("reading_list", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    try:
        return open_list(request.user, int(text))
    except Http404:
        return None
