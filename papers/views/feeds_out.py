"""A search as a feed or a file of references, for anybody: the newest papers that match.

The answer is the same for all who ask; what asks for a reader's own lists or votes is said in
words. Read more: docs/search.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from papers.bibtex import bibtex
from papers.references import Reference, read_references
from papers.search.engine import IndexNotReady, search
from papers.search.language import QueryTooLong, parse
from papers.syndicate import Feed, atom, json_feed

MOST_IN_A_FEED = 50
MOST_IN_A_FILE = 500
# A source is read a few times a day: whoever asks more often than this is answered by a cache.
FRESH_SECONDS = 900
_RETRY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Format:
    """`write` turns a feed into bytes; `most` is how many papers one holds."""

    content_type: str
    ending: str
    most: int
    write: Callable[[Feed], bytes]


def _bib(feed: Feed) -> bytes:
    notes = (f"{feed.title}: {feed.page}", *feed.notes)
    return bibtex(feed.references, notes=notes).encode("utf-8", "replace")


ATOM = Format("application/atom+xml; charset=utf-8", "atom", MOST_IN_A_FEED, atom)
JSON = Format("application/feed+json; charset=utf-8", "json", MOST_IN_A_FEED, json_feed)
BIB = Format("application/x-bibtex; charset=utf-8", "bib", MOST_IN_A_FILE, _bib)
FORMATS = {form.ending: form for form in (ATOM, JSON, BIB)}


@require_safe
def search_atom(request: HttpRequest) -> HttpResponseBase:
    return _unindexed(_answer(request, ATOM))


@require_safe
def search_json(request: HttpRequest) -> HttpResponseBase:
    return _unindexed(_answer(request, JSON))


@require_safe
def search_bib(request: HttpRequest) -> HttpResponseBase:
    return _unindexed(_answer(request, BIB))


def _unindexed(response: HttpResponseBase) -> HttpResponseBase:
    """There are as many searches as words: no search engine is to walk through them."""
    response["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, form: Format) -> HttpResponseBase:
    text = " ".join(request.GET.get("q", "").split())
    try:
        query = parse(text)
        if query.is_empty:
            return refuse(_("Nothing to search for: write what you look for after ?q="), 400)
        result = search(query, limit=form.most, sort="new")
    except QueryTooLong as error:
        return refuse(str(error), 400)
    except IndexNotReady as error:
        return refuse_for_now(str(error))
    asked = urlencode({"q": text})
    feed = Feed(
        name=f"search?{asked}",
        title=f"{text} · {settings.SITE_NAME}",
        page=f"{settings.SITE_URL}{reverse('papers:search')}?{asked}",
        address=f"{settings.SITE_URL}{request.path}?{asked}",
        references=read_references([hit.paper_id for hit in result.hits]),
        notes=tuple(note.text for note in result.notes),
    )
    return send(request, form, feed, f"public, max-age={FRESH_SECONDS}")


def send(request: HttpRequest, form: Format, feed: Feed, cache_control: str) -> HttpResponseBase:
    """Return `feed` in this format, or 304 to whoever has just the same already."""
    body = form.write(feed)
    response = HttpResponse(body, content_type=form.content_type)
    response["ETag"] = etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    response["Cache-Control"] = cache_control
    newest = newest_first_seen(feed.references)
    if newest is not None:
        response["Last-Modified"] = http_date(newest.timestamp())
    if form is BIB:
        response["Content-Disposition"] = f'inline; filename="{_file_name(feed)}"'
    conditional = get_conditional_response(
        request, etag, int(newest.timestamp()) if newest else None, response
    )
    return response if conditional is None else conditional


def newest_first_seen(references: Sequence[Reference]) -> datetime | None:
    """Return when the last of them to come came, or a newer version of one."""
    moments = [max(each.first_seen_at, each.updated_at) for each in references]
    return max(moments, default=None)


def refuse(words: str, status: int) -> HttpResponse:
    """Answer a program with a sentence for whoever looks after it."""
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")


def refuse_for_now(words: str) -> HttpResponse:
    response = refuse(words, 503)
    response["Retry-After"] = str(_RETRY_SECONDS)
    return response


def _file_name(feed: Feed) -> str:
    return f"{slugify(feed.title)[:60] or 'papers'}.bib"
