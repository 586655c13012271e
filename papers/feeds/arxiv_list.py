"""arXiv's page of a category's new listings: which day it is of, and how many papers it has.

A second witness of how many papers there are; never a source of papers. Only headings are read,
which no paper's text can imitate, since arXiv escapes it.
Read more: https://arxiv.org/list/cs.CL/new and github.com/arXiv/arxiv-browse (templates/list).
"""

import html
import re

from django.conf import settings

from papers.feeds.fetch import FetchedResponse, fetch
from papers.feeds.moments import day_in_words
from papers.feeds.records import ParsedFeed, ParseError
from papers.feeds.text import clean, opening

FETCH_SECONDS = 90

_HEADING = re.compile(r"<h3[^<>]*>([^<]{1,300})</h3>", re.IGNORECASE)
_NAME = re.compile(r"<h1[^<>]*>([^<]{1,300})</h1>", re.IGNORECASE)
_DAY = re.compile(r"Showing new listings for (?P<day>\w+,? \d{1,2} \w+ \d{4})")
_PART = re.compile(
    r"(?P<kind>New|Cross|Replacement) submissions.*"
    r"\((?:continued, )?showing (?:first |last )?[\d,]+ of (?P<total>\d[\d,]{0,6}) entries ?\)"
)
_TOTAL = re.compile(r"class=.paging.>\s*Total of (?P<total>\d[\d,]{0,6}) entries")


def fetch_new(category: str) -> FetchedResponse:
    """The page of `category`'s new listings (HTML). Raises FetchError.

    arxiv.org asks for a longer pause after a page than its interfaces do.
    """
    return fetch(
        f"{settings.ARXIV_LIST_URL}/{category}/new",
        total_seconds=FETCH_SECONDS,
        spacing_seconds=settings.ARXIV_LIST_SPACING_SECONDS,
    )


def parse(body: bytes, *, category: str) -> ParsedFeed:
    """The day of the page and the papers `expected`: new, cross-listed and replaced together.

    No records. A page that says "No updates" expects 0. Raises ParseError when the page is not
    that of `category`, states no day, or neither parts nor that there is nothing.
    """
    page = body.decode("utf-8", "replace")
    if f"/list/{category}/" not in page:
        raise ParseError(f"This is not arXiv's list of {category}: {opening(body)}.")
    headings = [_text(heading) for heading in _HEADING.findall(page)]
    stated = next(filter(None, map(_DAY.search, headings)), None)
    day = day_in_words(stated["day"]) if stated else None
    if day is None:
        raise ParseError(f"arXiv's list of {category} does not say of which day it is.")
    parts = {
        part["kind"]: int(part["total"].replace(",", ""))
        for part in map(_PART.match, headings)
        if part
    }
    if not parts and "No updates" not in page:
        raise ParseError(f"arXiv's list of {category} does not say how many papers it has.")
    # A page of over 2,000 papers leaves out whole parts, but not the total.
    in_all = _TOTAL.search(page)
    expected = max(sum(parts.values()), int(in_all["total"].replace(",", "")) if in_all else 0)
    name = _NAME.search(page)
    return ParsedFeed((), day=day, expected=expected, title=_text(name[1]) if name else "")


def _text(markup: str) -> str:
    return clean(html.unescape(markup))
