"""All feeds of a reader's follows in one file, for a feed reader to take in at once.

Read more: http://opml.org/spec2.opml, "subscription lists".
"""

from collections.abc import Iterable

from django.conf import settings
from lxml import etree

from accounts.follow_pages import Row


def opml(rows: Iterable[Row]) -> bytes:
    """Return the Atom feeds of `rows` as OPML 2.0, UTF-8; follows without a key are left out."""
    root = etree.Element("opml", {"version": "2.0"})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = settings.SITE_NAME
    body = etree.SubElement(root, "body")
    for row in rows:
        if row.feeds:
            _name, address = row.feeds[0]
            name = row.follow.name
            outline = {"type": "rss", "text": name, "title": name, "xmlUrl": address}
            etree.SubElement(body, "outline", outline)
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return document
