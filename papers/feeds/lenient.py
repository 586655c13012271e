"""feedparser, which reads feeds that are not quite in order, as this project wants it.

It decides that markup and addresses stay as they were written; never what a feed means.
Read more: feedparser.readthedocs.io (bozo detection).
"""

from typing import Any
from xml.sax import SAXParseException

import feedparser

from papers.feeds.records import ParseError

# What it was seen to raise, or may, where a feed is broken in an odd way.
TRIPS = (
    AssertionError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip


def read_leniently(body: bytes, *, content_type: str = "") -> Any:
    """What feedparser makes of `body`: an object with `entries`, `feed`, `version`, `bozo`.

    `version` is "" for what is no feed; `bozo` is set, with `bozo_exception`, when the feed is not
    in order or was cut off. Raises ParseError where feedparser itself gives up.
    """
    try:
        return feedparser.parse(
            body,
            response_headers={"content-type": content_type} if content_type else {},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except TRIPS as error:
        raise ParseError("The feed cannot be read: its markup is broken.") from error


def what_is_wrong(fault: Exception) -> str:
    """The end of a sentence about `bozo_exception`, without the words of a parser."""
    if isinstance(fault, feedparser.exceptions.CharacterEncodingOverride):
        return "it names another character set than it is in"
    if isinstance(fault, feedparser.exceptions.NonXMLContentType):
        return "its server does not call it a feed"
    if isinstance(fault, SAXParseException) and fault.getLineNumber():
        return f"its XML is broken in line {fault.getLineNumber()}"
    return "its XML is broken"
