"""Parts of pages, whole pages of visitors and feeds, kept for a minute: what is the same for all.

What is kept depends on its name, the language and what the caller names, on nothing of who looks.
Where the cache is away everything is made anew.
"""

import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.safestring import SafeString
from django.utils.translation import get_language

P = ParamSpec("P")
T = TypeVar("T")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# Counts what the templates make of what is kept; raise it when they change.
_RENDERER = 2
_MARK = "is_kept_for_visitors"
# RFC 9111 and 5861: what a browser, or a cache on the way, may do with a page for visitors.
_FRESH = "public, max-age={}, stale-while-revalidate=60, stale-if-error=3600"
# Not whatever can be asked: each is a page to keep.
_PLAIN = re.compile(r"(page=[1-9][0-9]{0,3})?", re.ASCII)


def part(name: str, *of: object, make: Callable[[], str]) -> SafeString:
    """Return the HTML that `make` makes, or what it made of the same `of` up to a minute ago."""
    return SafeString(value(name, *of, make=lambda: str(make())))


def value(name: str, *of: object, make: Callable[[], T]) -> T:
    """Return what `make` makes, or what it made of the same `of` up to a minute ago."""
    key = _key(name, *of)
    found: T | None = cache.get(key)
    if found is None:
        found = make()
        _keep(key, found)
    return found


def for_visitors(view: View[P]) -> View[P]:
    """Keep a view's answers to visitors who bring no cookie of ours and ask for nothing special.

    Only whole pages (200) are kept, the further ones of a list (`?page=2`) too, and none of which
    the view itself says how long it holds (Cache-Control). Who has the page already is told so, by
    its ETag, which is kept apart: then the page is not even read.
    """

    @wraps(view)
    def kept(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not is_stranger(request):
            return view(request, *args, **kwargs)
        key = _key("page", request.get_full_path())
        told = _not_modified(request, key)
        if told is not None:
            return told
        found = cache.get(key)
        if found is None:
            answer = view(request, *args, **kwargs)
            if answer.status_code != 200 or answer.has_header("Cache-Control"):
                return answer
            found = _etag(answer.content), answer.content
            _keep(key, found)
            _keep(f"{key}:etag", found[0])
        return _told(request, *found)

    setattr(kept, _MARK, True)
    return kept


def is_kept(view: Callable[..., object]) -> bool:
    """Whether a view's pages are kept for visitors; decorators around it do not hide that."""
    return hasattr(view, _MARK)


def is_stranger(request: HttpRequest) -> bool:
    """Whether it may be answered with what is kept: not to who is merely logged out, for they may
    have a message waiting, nor to who asks for something special."""
    cookies = {settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name}
    if not cookies.isdisjoint(request.COOKIES) or request.headers.get("HX-Request"):
        return False
    return _PLAIN.fullmatch(request.META.get("QUERY_STRING", "")) is not None


def _not_modified(request: HttpRequest, key: str) -> HttpResponse | None:
    """The answer to who has the page as it is kept; None where they have to get it."""
    etag = cache.get(f"{key}:etag") if "If-None-Match" in request.headers else None
    if etag is None:
        return None
    told = _told(request, etag, b"")
    return told if told.status_code == 304 else None


def _etag(content: bytes) -> str:
    return f'W/"{sha256(content).hexdigest()[:32]}"'


def _told(request: HttpRequest, etag: str, content: bytes) -> HttpResponse:
    answer = HttpResponse(content)
    answer["ETag"] = etag
    seconds = settings.KEPT_SECONDS // 2
    answer["Cache-Control"] = _FRESH.format(seconds) if seconds else "public, no-cache"
    patch_vary_headers(answer, ["Cookie"])
    told = get_conditional_response(request, etag=etag, response=answer)
    assert told is not None  # noqa: S101
    return told


def _keep(key: str, value: object) -> None:
    if settings.KEPT_SECONDS:
        cache.set(key, value, settings.KEPT_SECONDS)


def _key(name: str, *of: object) -> str:
    said = "\0".join(map(str, (get_language(), *of)))
    # A page names static files by their contents: during an upgrade others are there.
    files = getattr(staticfiles_storage, "manifest_hash", "")
    return f"kept:{_RENDERER}:{files}:{name}:{sha256(said.encode()).hexdigest()}"
