"""Papers as a feed or as a file of references: how an answer is sent, and a search's own.

A search's answer is the same for all who ask, its newest papers; what asks for a reader's own
lists or votes is said in words. Read more: docs/taking-away.md.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import chain, islice
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from papers import formats, kept
from papers.references import Reference, read_references
from papers.search.engine import IndexNotReady, search
from papers.search.language import QueryTooLong, parse
from papers.syndicate import Feed, atom, json_feed

MOST_IN_A_FEED = 50
MOST_IN_A_FILE = 500
# A source is read a few times a day: whoever asks more often than this is answered by a cache.
FRESH_SECONDS = 900
PUBLIC = f"public, max-age={FRESH_SECONDS}"
_RETRY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Format:
    """`write` turns a feed into bytes; `most` is how many papers one holds; a file is for
    keeping and has a name, a feed is read by a program."""

    content_type: str
    ending: str
    most: int
    write: Callable[[Feed], bytes]
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A feed as bytes; `newest` is when the last of its papers came, if that says anything."""

    body: bytes
    title: str
    newest: datetime | None


def _file(form: formats.Format) -> Format:
    def write(feed: Feed) -> bytes:
        head = formats.Head(feed.title, feed.page, notes=feed.notes)
        return b"".join(form.write(head, map(formats.Item, feed.references)))

    return Format(form.content_type, form.ending, MOST_IN_A_FILE, write, is_file=True)


ATOM = Format("application/atom+xml; charset=utf-8", "atom", MOST_IN_A_FEED, atom)
JSON = Format("application/feed+json; charset=utf-8", "json", MOST_IN_A_FEED, json_feed)
FEEDS = {form.ending: form for form in (ATOM, JSON)}
FORMATS = FEEDS | {form.ending: _file(form) for form in formats.FORMATS.values()}


@require_safe
def search_atom(request: HttpRequest) -> HttpResponseBase:
    return _unindexed(_answer(request, ATOM))


@require_safe
def search_json(request: HttpRequest) -> HttpResponseBase:
    return _unindexed(_answer(request, JSON))


@require_safe
def search_file(request: HttpRequest, ending: str) -> HttpResponseBase:
    return _unindexed(_answer(request, FORMATS[ending]))


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
    return send(request, form, feed, PUBLIC)


def send(
    request: HttpRequest, form: Format, feed: Feed, cache_control: str, *, is_dated: bool = True
) -> HttpResponseBase:
    """Return `feed` in this format, or 304 to whoever has just the same already.

    `is_dated` is false where the order alone may change: then no date says how old the answer is,
    only its ETag does.
    """
    return _send(request, form, _write(form, feed, is_dated), cache_control)


def send_kept(
    request: HttpRequest, form: Format, make: Callable[[], Feed], *, is_dated: bool = True
) -> HttpResponseBase:
    """Do so with the feed that `make` makes, the same for all who ask at this path for a minute."""
    written = kept.value("feed", request.path, make=lambda: _write(form, make(), is_dated))
    return _send(request, form, written, PUBLIC)


def _write(form: Format, feed: Feed, is_dated: bool) -> Written:
    # One date of two languages would tell who has the one that they have the other.
    is_dated = is_dated and get_language() == settings.LANGUAGE_CODE
    newest = newest_first_seen(feed.references) if is_dated else None
    return Written(form.write(feed), feed.title, newest)


def _send(
    request: HttpRequest, form: Format, written: Written, cache_control: str
) -> HttpResponseBase:
    response = HttpResponse(written.body, content_type=form.content_type)
    response["ETag"] = etag = etag_of(written.body)
    response["Cache-Control"] = cache_control
    newest = written.newest
    if newest is not None:
        response["Last-Modified"] = http_date(newest.timestamp())
    if form.is_file:
        response["Content-Disposition"] = disposition(written.title, form.ending)
    conditional = get_conditional_response(
        request, etag, int(newest.timestamp()) if newest else None, response
    )
    return response if conditional is None else conditional


def stream(
    request: HttpRequest,
    form: formats.Format,
    head: formats.Head,
    items: Iterable[formats.Item],
    *,
    version: str,
    cache_control: str,
) -> HttpResponseBase:
    """Return a file of any length, sent while it is written, or 304 with nothing read for it.

    `items` is a generator that reads its papers in chunks (`references.in_chunks`): it is begun
    only for a body, so neither a 304 nor a HEAD costs a query here. `version` is
    any text that changes whenever the file would: the ETag is made of it and the format, so what
    `head` and the items hold must be told by it (a list's id, title and last change, the newest
    `changed_xid` of its papers). The name of the file is made of the title of `head`.

    An error after the first piece can no longer be said: the file then ends early.
    """
    etag = etag_of(f"{form.ending} {get_language()} {version}".encode())
    response: HttpResponseBase | None = get_conditional_response(request, etag)
    if response is None:
        pieces = iter(() if request.method == "HEAD" else form.write(head, items))
        # While a fault can still be answered: what comes later is no more Django's to say.
        first = list(islice(pieces, 1))
        response = StreamingHttpResponse(chain(first, pieces), content_type=form.content_type)
        response["Content-Disposition"] = disposition(head.title, form.ending)
    response["ETag"] = etag
    response["Cache-Control"] = cache_control
    return response


def etag_of(content: bytes) -> str:
    return f'"{blake2b(content, digest_size=12).hexdigest()}"'


def disposition(title: str, ending: str) -> str:
    """The header that names a file after its title, in ASCII letters, figures and hyphens."""
    return f'inline; filename="{slugify(title)[:60].strip("-") or "papers"}.{ending}"'


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
