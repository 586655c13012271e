"""Papers as a feed for other programs: Atom and JSON Feed.

It decides how papers are written in the two formats, and that a paper keeps one id however its
address changes; it never chooses papers nor reads the database. Read more: RFC 4287 (Atom),
RFC 4151 (tag addresses), https://www.jsonfeed.org/version/1.1/.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from lxml import etree

from papers.latex import to_text
from papers.references import Reference

ATOM = "http://www.w3.org/2005/Atom"
# The scheme under which arXiv's own Atom answers name their categories.
CATEGORY_SCHEME = "http://arxiv.org/schemas/atom"
JSON_FEED_VERSION = "https://jsonfeed.org/version/1.1"
# The tags' year says only who held the name of the site when they began (RFC 4151, 2.1).
_TAG_YEAR = 2026
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """`name` tells this feed from the site's others for ever; `page` is where people read the
    same, `address` where this feed is; `notes` are sentences about it."""

    name: str
    title: str
    page: str
    address: str
    references: Sequence[Reference]
    notes: tuple[str, ...] = ()


def atom(feed: Feed) -> bytes:
    """Return `feed` as an Atom document, UTF-8. The same papers give the same bytes."""
    root = etree.Element(_qualified("feed"), nsmap={None: ATOM})  # type: ignore[dict-item]
    _add(root, "id", _tag(feed.name))
    _add(root, "title", feed.title)
    if feed.notes:
        _add(root, "subtitle", " ".join(feed.notes))
    _add(root, "updated", _moment(_newest(feed.references)))
    _add(root, "link", rel="self", href=feed.address, type="application/atom+xml")
    _add(root, "link", rel="alternate", href=feed.page, type="text/html")
    author = _add(root, "author")
    _add(author, "name", settings.SITE_NAME)
    for reference in feed.references:
        _add_entry(root, reference)
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return document


def json_feed(feed: Feed) -> bytes:
    """Return `feed` as a JSON Feed 1.1, UTF-8. The same papers give the same bytes."""
    document = {
        "version": JSON_FEED_VERSION,
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        **({"description": " ".join(feed.notes)} if feed.notes else {}),
        "items": [_item(reference) for reference in feed.references],
    }
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


def _add_entry(root: etree._Element, reference: Reference) -> None:
    entry = _add(root, "entry")
    _add(entry, "id", _id(reference))
    _add(entry, "title", to_text(reference.title))
    _add(entry, "published", _moment(reference.published_at))
    _add(entry, "updated", _moment(reference.updated_at))
    _add(entry, "link", rel="alternate", href=reference.page, type="text/html")
    if reference.url:
        _add(entry, "link", rel="related", href=reference.url)
    # RFC 4287, 4.1.2: an entry without an author would get the feed's, which is this site.
    for name in reference.authors or (_("Authors not known here"),):
        _add(_add(entry, "author"), "name", name)
    for code in _categories(reference):
        _add(entry, "category", term=code, scheme=CATEGORY_SCHEME)
    if reference.abstract:
        _add(entry, "summary", to_text(reference.abstract))


def _item(reference: Reference) -> dict[str, object]:
    item: dict[str, object] = {
        "id": _id(reference),
        "url": reference.page,
        "title": to_text(reference.title),
        "content_text": to_text(reference.abstract),
        "date_published": _moment(reference.published_at),
        "date_modified": _moment(reference.updated_at),
        "authors": [{"name": name} for name in reference.authors],
        "tags": _categories(reference),
    }
    return item | ({"external_url": reference.url} if reference.url else {})


def _categories(reference: Reference) -> list[str]:
    """The primary one first, as arXiv lists them."""
    first = [reference.primary_category] if reference.primary_category else []
    return list(dict.fromkeys([*first, *reference.categories]))


def _id(reference: Reference) -> str:
    return _tag(f"paper/{reference.paper_id}")


def _tag(name: str) -> str:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"tag:{host},{_TAG_YEAR}:{name}"


def _newest(references: Iterable[Reference]) -> datetime:
    return max((reference.updated_at for reference in references), default=_BEFORE_ALL)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, _qualified(name), {**attributes})
    if text:
        element.text = _storable(text)
    return element


def _qualified(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _storable(text: str) -> str:
    """Without what XML 1.0 cannot hold (its section 2.2), for which lxml would raise."""
    return "".join(
        c
        for c in text
        if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )
