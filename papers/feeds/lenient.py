"""feedparser, which reads feeds that are not quite in order, as this project wants it.

It decides that markup and addresses stay as they were written; never what a feed means.
Read more: feedparser.readthedocs.io (bozo detection).
"""

from typing import Any

import feedparser

from papers.feeds.records import ParseError
from papers.feeds.text import clean

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
        raise ParseError(f"The feed cannot be read: {clean(str(error))[:200]}") from error
