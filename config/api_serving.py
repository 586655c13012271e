"""What holds for every operation of the API: who asks, how often, and what may be kept of it.

It decides before an operation runs (token, allowance, size) and after it (validators, caching, one
shape of errors). What an operation may do for a token is decided in papers/api/access.py.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts import allowance, security_log
from accounts.limits import client_network
from accounts.tokens import find_token, note_use
from papers.api.access import Bearer
from papers.api.errors import Refusal, answer
from papers.limits import CacheAwayError, Taken

View = Callable[..., HttpResponseBase]

LARGEST_BODY_BYTES = 1_000_000
# How long anybody may show what a visitor was told, as pages of the site are.
VISITOR_CACHE_SECONDS = 60
_SAFE = ("GET", "HEAD", "OPTIONS")


def serve(view: View, query_names: Mapping[str, frozenset[str]] = MappingProxyType({})) -> View:
    """Return `view` as the API answers with it. Cookies count for nothing, so CSRF cannot.

    `query_names` are the query parameters known to each method: another is a slip of whoever asks.
    """

    @csrf_exempt
    @wraps(view)
    def served(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        request.user = AnonymousUser()
        given = None
        try:
            bearer = _bearer(request)
            request.bearer = bearer  # type: ignore[attr-defined]
            given = _take(request, bearer)
            _refuse_large(request)
            _refuse_unknown(request, query_names)
            response: HttpResponseBase = _run(view, request, args, kwargs)
        except Refusal as refusal:
            response = answer(refusal)
        except PermissionDenied as error:  # nobody can tell whose request it is
            response = answer(Refusal(403, str(error)))
        except (OperationalError, InterfaceError, CacheAwayError):
            response = answer(_away())
        return _finish(request, response, given)

    return served


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """For addresses below the API's that are none of its operations."""
    raise Refusal(404, _("The API has no such address. What it has: /api/v1/docs."))


def _bearer(request: HttpRequest) -> Bearer | None:
    sent = request.headers.get("Authorization")
    if sent is None:
        return None
    kind, _space, text = sent.strip().partition(" ")
    now = timezone.now()
    token = find_token(text.strip(), now=now) if kind.lower() == "bearer" else None
    if token is None:
        _take(request, None)  # so that nobody tries tokens without end
        security_log.note("token_refused", request=request, is_refusal=True)
        invalid = {"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'}
        words = _("This token opens nothing: it is mistyped, revoked or expired.")
        raise Refusal(401, words, headers=invalid)
    note_use(token, now=now)
    return Bearer(token.user, frozenset(token.scopes), token.name, token.expires_at)


def _take(request: HttpRequest, bearer: Bearer | None) -> Taken:
    if bearer is None:
        given = allowance.take(
            "visitor", client_network(request), settings.API_VISITOR_REQUESTS_PER_HOUR
        )
    elif request.method in _SAFE:
        given = allowance.take("read", str(bearer.user.pk), settings.API_READS_PER_HOUR)
    else:
        given = allowance.take("write", str(bearer.user.pk), settings.API_WRITES_PER_HOUR)
    if given.is_refused:
        words = _("That was %d requests in an hour, which is the most. Slow down.")
        if bearer is None:
            words = _("That was %d requests in an hour without a token. One allows more.")
        wait = {"Retry-After": str(given.reset_seconds), **given.headers}
        raise Refusal(429, words % given.limit, headers=wait)
    return given


def _refuse_large(request: HttpRequest) -> None:
    sent = request.META.get("CONTENT_LENGTH") or "0"
    if not sent.isdigit() or int(sent) > LARGEST_BODY_BYTES:
        words = _("A request may have at most %d bytes.")
        raise Refusal(413, words % LARGEST_BODY_BYTES)


def _refuse_unknown(request: HttpRequest, query_names: Mapping[str, frozenset[str]]) -> None:
    method = "GET" if request.method == "HEAD" else str(request.method)
    if method not in query_names:
        return
    for name in request.GET:
        if name not in query_names[method]:
            words = _("There is no parameter “%(name)s” here; there is: %(known)s.")
            known = ", ".join(sorted(query_names[method])) or _("none")
            raise Refusal(422, words % {"name": name, "known": known}, where=f"query.{name}")


def _run(
    view: View, request: HttpRequest, args: tuple[object, ...], kwargs: dict[str, object]
) -> HttpResponseBase:
    is_head = request.method == "HEAD"
    if is_head:
        request.method = "GET"
    response = view(request, *args, **kwargs)
    if response.status_code == 405:
        allowed = {"Allow": response["Allow"]}
        words = _("This address takes only: %s.")
        raise Refusal(405, words % response["Allow"], headers=allowed)
    if is_head:
        request.method = "HEAD"
    return response


def _finish(
    request: HttpRequest, response: HttpResponseBase, given: Taken | None
) -> HttpResponseBase:
    is_visitor = getattr(request, "bearer", None) is None
    is_kept = is_visitor and response.status_code == 200 and request.method in _SAFE
    kept = f"public, max-age={VISITOR_CACHE_SECONDS}" if is_kept else "private, no-store"
    if isinstance(response, HttpResponse):
        response = _conclude(request, response)
    elif request.method == "HEAD" and isinstance(response, StreamingHttpResponse):
        response.streaming_content = ()
    response["Cache-Control"] = kept
    patch_vary_headers(response, ["Authorization"])
    for name, value in (given.headers if given else {}).items():
        response.headers.setdefault(name, value)
    return response


def _conclude(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give a whole answer its validator. A file that is sent while it is written brings its own."""
    if response.status_code == 200 and request.method in ("GET", "HEAD"):
        # An operation names the version, which If-Match means; the hash tells the whole apart.
        version = response.get("ETag", "").strip('"')
        digest = hashlib.sha256(response.content).hexdigest()[:32]
        response["ETag"] = f'"{version}.{digest}"' if version else f'"{digest}"'
        response = _conditional(request, response)
    if request.method == "HEAD":
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    return response if found is None else found


def _away() -> Refusal:
    words = _("The database cannot be asked just now. Try again in a minute.")
    return Refusal(503, words, headers={"Retry-After": "60"})
