"""Counts each request by its rule, and refuses in words what is too much: 429 with Retry-After.

It stands after CSRF, so that what another site's page sends is not counted against a reader.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import security_log
from config.errors import RETRY_AFTER_SECONDS, render_fault
from config.rate_limits.rules import rule_for
from papers.limits import CacheAwayError
from readinglists.views.lost_texts import texts_of

# What programs ask for: a page of HTML in a feed reader's log says nothing.
_PLAIN = ("feeds", "files", "pictures", "suggestions")


class RateLimitMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 429:
            # Allauth and some pages of ours do not say when; most of their limits are of minutes.
            response.headers.setdefault("Retry-After", RETRY_AFTER_SECONDS)
            _note(request)
        return response

    def process_view(
        self, request: HttpRequest, _view: object, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        rule = rule_for(request)
        if rule is None:
            return None
        try:
            taken = rule.take(request)
        except CacheAwayError:
            return _nobody_can_count()
        if not taken.is_refused:
            return None
        return _refuse(request, taken.reset_seconds, is_plain=rule.limit.name in _PLAIN)


def _note(request: HttpRequest) -> None:
    match = request.resolver_match
    security_log.note(
        "limit_reached",
        user_id=request.user.pk,
        request=request,
        is_refusal=True,
        what=match.view_name if match else "",
    )


def _refuse(request: HttpRequest, seconds: int, *, is_plain: bool) -> HttpResponse:
    wait = _wait(seconds)
    if is_plain:
        words = _("That was too much in a short time. Please try again in %s.") % wait
        response = HttpResponse(f"{words}\n", content_type="text/plain; charset=utf-8", status=429)
    else:
        context = {"wait": wait, "texts": texts_of(request)}
        response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "private, no-store"
    return response


def _wait(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext("%d minute", "%d minutes", minutes) % minutes


def _nobody_can_count() -> HttpResponse:
    response = HttpResponse(render_fault(503), status=503)
    response["Retry-After"] = RETRY_AFTER_SECONDS
    return response
