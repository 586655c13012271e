"""A whole list as a file of references or as a feed, for whoever may read it.

It decides what a list's file holds and when it is the same as before; never who may have it. The
formats are those of papers/formats and papers/syndicate. Read more: docs/taking-away.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from papers import formats
from papers.formats import Head, Item
from papers.references import CHUNK, read_references
from papers.syndicate import Feed
from papers.views import feeds_out
from readinglists.models import Entry, ReadingList
from readinglists.outline import version_of
from readinglists.positions import items_in_order

ENDINGS = (*feeds_out.FEEDS, *formats.FORMATS)


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where a list is had: `name` tells its feed from all others for ever, `page` is the path
    where people read it. `cache_control` says who may keep the file. Where the page is secret no
    file names it: files go into repositories and archives."""

    name: str
    page: str
    cache_control: str
    is_secret: bool = False


def answer(
    request: HttpRequest, reading_list: ReadingList, ending: str, outlet: Outlet, *, now: datetime
) -> HttpResponseBase:
    """Return the list in one of ENDINGS: as a feed the 50 papers added last, else all of it in
    its order, sent while it is read. 304 costs no query here.

    The ETag is made of the list's last change and of the day (UTC): a new title or version of a
    paper, which does not change the list, is told the day after at the latest.
    """
    version = f"{version_of(reading_list)} {now:%Y-%m-%d} {outlet.page}"
    if ending in feeds_out.FEEDS:
        return _feed(request, reading_list, feeds_out.FEEDS[ending], outlet, version)
    head = Head(
        title=reading_list.title,
        page="" if outlet.is_secret else f"{settings.SITE_URL}{outlet.page}",
        description=reading_list.description,
        notes=_notes(reading_list),
    )
    return feeds_out.stream(
        request,
        formats.FORMATS[ending],
        head,
        read_items(reading_list),
        version=version,
        cache_control=outlet.cache_control,
    )


def read_items(reading_list: ReadingList) -> Iterator[Item]:
    """Yield all papers of the list in order with notes, tags and sections; 500 are read at a
    time, by four queries. What leaves the list meanwhile is left out."""
    titles = dict(reading_list.headings.values_list("pk", "title"))
    section = ""
    waiting: dict[int, str] = {}
    for spot in items_in_order(reading_list.pk):
        if spot.kind == "h":
            section = titles.get(spot.pk, section)
            continue
        waiting[spot.pk] = section
        if len(waiting) == CHUNK:
            yield from _items(waiting)
            waiting = {}
    yield from _items(waiting)


def _items(sections: dict[int, str]) -> Iterator[Item]:
    entries = Entry.objects.in_bulk(list(sections))
    papers = [entries[pk].paper_id for pk in sections if pk in entries]
    references = {each.paper_id: each for each in read_references(papers)}
    for pk, section in sections.items():
        entry = entries.get(pk)
        reference = references.get(entry.paper_id) if entry else None
        if entry and reference:
            yield Item(reference, entry.note, tuple(entry.tags), section, entry.added_at)


def _feed(
    request: HttpRequest,
    reading_list: ReadingList,
    form: feeds_out.Format,
    outlet: Outlet,
    version: str,
) -> HttpResponseBase:
    etag = feeds_out.etag_of(f"{form.ending} {get_language()} {version}".encode())
    response: HttpResponseBase | None = get_conditional_response(request, etag)
    if response is None:
        newest = reading_list.entries.order_by("-added_at", "-pk")[: form.most]
        feed = Feed(
            name=outlet.name,
            title=f"{reading_list.title} · {settings.SITE_NAME}",
            page=f"{settings.SITE_URL}{outlet.page}",
            address=f"{settings.SITE_URL}{request.path}",
            references=read_references(list(newest.values_list("paper_id", flat=True))),
            notes=_notes(reading_list),
        )
        response = feeds_out.send(request, form, feed, outlet.cache_control, is_dated=False)
    response["ETag"] = etag
    response["Cache-Control"] = outlet.cache_control
    return response


def _notes(reading_list: ReadingList) -> tuple[str, ...]:
    byline = reading_list.byline
    return (_("Made by %s.") % byline,) if byline else ()
