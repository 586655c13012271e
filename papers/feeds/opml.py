"""Lists of feeds as other readers keep them: OPML 2.0 in and out.

It decides which outlines are feeds, never whether a feed is wanted or allowed.
Read more: http://opml.org/spec2.opml
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from papers.feeds.records import ParseError
from papers.feeds.text import clean

MOST_FEEDS = 1_000
MOST_TITLE = 200


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

    Twice the same address counts once. Raises ParseError for what is no OPML.
    """
    found = OpmlList()
    seen: set[str] = set()
    for outline in _outlines(body):
        address = clean(outline.get("xmlUrl") or outline.get("xmlurl") or "")
        if not address:
            continue
        if address in seen:
            found.problems.append(f"{address[:200]} is in the list twice.")
        elif len(found.feeds) == MOST_FEEDS:
            found.problems.append(f"The list has more than {MOST_FEEDS} feeds; the rest is left.")
            break
        else:
            seen.add(address)
            title = clean(outline.get("title") or outline.get("text") or "")
            found.feeds.append(OpmlFeed(title[:MOST_TITLE], address))
    return found


def _outlines(body: bytes) -> list[etree._Element]:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(f"This is no list of feeds (OPML): {clean(str(error))[:200]}") from error
    if not isinstance(root.tag, str) or root.tag.lower() != "opml":
        raise ParseError(f"This is no list of feeds (OPML): it begins with <{root.tag}>.")
    return list(root.iter("outline"))


def write_opml(feeds: Iterable[OpmlFeed], *, title: str) -> bytes:
    """The list as a UTF-8 document that other readers import."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for feed in feeds:
        name = feed.title or feed.url
        etree.SubElement(body, "outline", type="rss", text=name, title=name, xmlUrl=feed.url)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written
