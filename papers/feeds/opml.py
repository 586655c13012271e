"""Lists of feeds as other readers keep them: OPML 2.0 in and out.

It decides which outlines are feeds, never whether a feed is wanted or allowed.
Read more: http://opml.org/spec2.opml
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from papers.feeds.records import ParseError
from papers.feeds.text import clean, opening

MOST_FEEDS = 1_000
LONGEST_TITLE = 200
FEED_TYPES = ("rss", "atom")


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    """A feed by its address as written, and the title that the list gives it ("" for none)."""

    title: str
    url: str


@dataclass(slots=True)
class OpmlList:
    feeds: list[OpmlFeed] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_opml(body: bytes) -> OpmlList:
    """Every feed of the list in its order, at most 1,000, whatever folders it lies in.

    An address that comes twice counts once; whether it is one is for whoever adds the feeds to
    say. Raises ParseError for what is no OPML, and for one that declares entities.
    """
    found = OpmlList()
    seen: set[str] = set()
    for outline in _outlines(body):
        said = {str(name).lower(): clean(str(value)) for name, value in outline.attrib.items()}
        address = said.get("xmlurl", "")
        title = (said.get("title") or said.get("text", ""))[:LONGEST_TITLE]
        if not address:
            if said.get("type", "").lower() in FEED_TYPES:
                found.problems.append(f"“{title[:60]}” is left out: it has no address.")
        elif address in seen:
            found.problems.append(f"{address[:200]} is in the list twice.")
        elif len(found.feeds) == MOST_FEEDS:
            found.problems.append(f"The list has more than {MOST_FEEDS} feeds; the rest is left.")
            break
        else:
            seen.add(address)
            found.feeds.append(OpmlFeed(title, address))
    return found


def _outlines(body: bytes) -> list[etree._Element]:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(f"This is no list of feeds (OPML): {opening(body)}.") from error
    if not isinstance(root.tag, str) or root.tag.lower() != "opml":
        name = clean(str(root.tag))[:60]
        raise ParseError(f"This is no list of feeds (OPML): it begins with <{name}>.")
    declared: Any = root.getroottree().docinfo.internalDTD
    if declared is not None and declared.entities():
        raise ParseError("This list of feeds (OPML) declares entities, which are not read.")
    return list(root.iter("outline"))


def write_opml(feeds: Iterable[OpmlFeed], *, title: str) -> bytes:
    """The list as a UTF-8 document that other readers import."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = clean(title)
    body = etree.SubElement(root, "body")
    for feed in feeds:
        name = clean(feed.title or feed.url)
        etree.SubElement(body, "outline", type="rss", text=name, title=name, xmlUrl=feed.url)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written
