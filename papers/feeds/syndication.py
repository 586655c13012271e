"""Any RSS, Atom or RDF feed: journals, bioRxiv, medRxiv, blogs.

It decides which entry is a paper that can be named (by arXiv id, DOI or its page's address) and
what of it is text; never which category it is in. Read more: feedparser.readthedocs.io, and PRISM
3.0 (prism:doi, prism:publicationDate) in journals' feeds.
"""

import html
import re
from calendar import timegm
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import feedparser

from papers.feeds.bylines import names_of
from papers.feeds.fetch import FetchedResponse, fetch
from papers.feeds.lenient import read_leniently, what_is_wrong
from papers.feeds.markup import text_of
from papers.feeds.moments import day_of, midnight_of
from papers.feeds.records import PaperRecord, ParsedFeed, ParseError
from papers.feeds.text import clean_url, opening
from papers.identifiers import ARXIV_DOI_PREFIX, doi_in, parse_arxiv_id

MOST_ENTRIES = 2_000
LONGEST_TITLE = 1_000
LONGEST_ABSTRACT = 20_000
# A whole article stands beside its own summary; only the summary is an abstract.
LONGEST_SUMMARY_BESIDE_ARTICLE, SHORTEST_SUMMARY = 5_000, 100
MOST_KEYWORDS, LONGEST_KEYWORD = 20, 100
# What is further ahead is a slip, or an issue to come; what is further back an old entry of a feed
# that keeps everything.
DAYS_AHEAD, DAYS_BACK = timedelta(days=2), timedelta(days=400)
HTML_SEARCHED = 200_000

_ENDS_WHOLE = re.compile(rb"</(?:[\w-]+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*?-->\s*)*\Z", re.I | re.S)
_LINK = re.compile(r"<link\b[^<>]*>", re.IGNORECASE)
_FEED_TYPE = re.compile(r"\btype\s*=\s*[\"']?application/(?:rss|atom)\+xml\b", re.IGNORECASE)
_HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]+)\"|'([^']+)'|([^\s\"'>]+))", re.IGNORECASE)
_DOI_FIELDS = ("prism_doi", "dc_identifier", "citation_doi", "id")
# "?rss=1" (bioRxiv), "?af=R" (Wiley and others): how a reader came there, not what is read there.
_FROM_FEED = frozenset([("rss", "1"), ("rss", "yes"), ("af", "r")])


def fetch_feed(url: str, *, etag: str = "", last_modified: str = "") -> FetchedResponse:
    """The feed at `url` as it is, or 304 when it is as those validators say. Raises FetchError."""
    return fetch(url, etag=etag, last_modified=last_modified)


def parse(
    body: bytes, *, url: str, content_type: str, read_on: date, is_first: bool = False
) -> ParsedFeed:
    """The papers of the feed that was read from `url` on `read_on`; `title` is the feed's own.

    A paper is listed on the day that its entry names, or was found on `read_on` where that is
    missing or still to come; on the first reading of a feed such an entry has no day, since it
    may be of any year. An entry over 400 days old has none either. Raises ParseError for what is
    no feed (an HTML page: with the addresses of the feeds that it names) and for one cut off.
    """
    feed, problems = _read(body, url, content_type)
    records: list[PaperRecord] = []
    seen: set[str] = set()
    if len(feed.entries) > MOST_ENTRIES:
        problems.append(f"The feed has {len(feed.entries)} entries; {MOST_ENTRIES} were read.")
    for place, entry in enumerate(feed.entries[:MOST_ENTRIES], start=1):
        try:
            record = _record(entry, url, read_on, is_first=is_first)
            name = record.arxiv_id or record.doi or record.url
            if name in seen:
                raise ValueError(f"{name} is in the feed already.")
        except ValueError as error:
            problems.append(f"Entry {place} was left out: {error}")
        else:
            seen.add(name)
            records.append(record)
    title = text_of(str(feed.feed.get("title") or ""))[:200]
    return ParsedFeed(tuple(records), tuple(problems), title=title)


def _read(body: bytes, url: str, content_type: str) -> tuple[Any, list[str]]:
    feed = read_leniently(body, content_type=_charset(body, content_type))
    if not feed.get("version"):
        raise _no_feed(body, url)
    if not feed.bozo:
        return feed, []
    # A broken feed is read leniently, which would store half an abstract from a cut one. The end
    # of UTF-16 and UTF-32 looks like ASCII without its zeros.
    if not _ENDS_WHOLE.search(body[-8_000:].replace(b"\x00", b"")[-2_000:]):
        raise ParseError("The feed was cut off before its end.")
    if _is_harmless(feed.bozo_exception):
        return feed, []
    reason = what_is_wrong(feed.bozo_exception)
    return feed, [f"The feed is not quite in order, and was read all the same: {reason}."]


def _is_harmless(fault: Exception) -> bool:
    """Whether it is a matter of headers alone, of which no text can be wrong."""
    is_utf_8 = isinstance(fault, feedparser.exceptions.CharacterEncodingOverride) and (
        str(fault).endswith("utf-8")
    )
    return is_utf_8 or isinstance(fault, feedparser.exceptions.NonXMLContentType)


def _charset(body: bytes, content_type: str) -> str:
    """The media type to read `body` by: servers name a charset that the feed is not in.

    What is UTF-8 beyond ASCII is so beyond doubt, whatever header and XML declaration say.
    """
    try:
        is_utf_8 = not body.isascii() and bool(body.decode())
    except UnicodeDecodeError:
        is_utf_8 = False
    return "application/xml; charset=utf-8" if is_utf_8 else content_type


def _no_feed(body: bytes, url: str) -> ParseError:
    text = body[:HTML_SEARCHED].decode("utf-8", "replace")
    if not re.search(r"<html|<!doctype html", text[:2_000], re.IGNORECASE):
        return ParseError(f"This is no RSS or Atom feed: {opening(body)}.")
    found = dict.fromkeys(filter(None, _feeds_named(text, url)))
    if found:
        return ParseError(f"This is a web page, not a feed. Its feeds: {', '.join([*found][:3])}")
    return ParseError("This is a web page, not a feed, and it names no feed.")


def _feeds_named(text: str, url: str) -> Iterator[str]:
    for link in _LINK.finditer(text):
        href = _HREF.search(link[0]) if _FEED_TYPE.search(link[0]) else None
        if href:
            yield _resolved(html.unescape(href[1] or href[2] or href[3]), url)


def _record(entry: Any, url: str, read_on: date, *, is_first: bool) -> PaperRecord:
    title = text_of(str(entry.get("title") or ""))[:LONGEST_TITLE]
    if not title:
        raise ValueError("it has no title.")
    link = _link(entry, url)
    fields = [str(entry.get(name) or "") for name in _DOI_FIELDS]
    arxiv_id = _arxiv_id(*fields, link)
    doi = next(filter(None, (_doi(text) for text in (*fields, link))), "")
    if not (link or arxiv_id or doi):
        raise ValueError(f"“{title[:60]}” has no address, DOI or arXiv id.")
    said_at = _moment(entry)
    listed_on, found_on = _days(said_at.date() if said_at else None, read_on, is_first=is_first)
    return PaperRecord(
        arxiv_id=arxiv_id,
        title=title,
        abstract=_abstract(entry),
        authors=names_of(entry),
        doi=doi,
        url="" if arxiv_id else link,
        keywords=_keywords(entry),
        submitted_at=said_at if said_at and said_at.date() <= read_on + DAYS_AHEAD else None,
        listed_on=listed_on,
        found_on=found_on,
    )


def _link(entry: Any, url: str) -> str:
    """The address of the entry's page, without what only tells that a reader came from a feed."""
    # Of an entry without a link feedparser takes the guid for one, whatever it is.
    link = str(entry.get("link") or "") if dict.get(entry, "links") else ""
    written = str(entry.get("feedburner_origlink") or link)
    address = _resolved(written, url) or clean_url(str(entry.get("id") or ""))
    parts = urlsplit(address)
    if not parts.query:
        return address
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _is_tracking(name, value)]
    # As it was written, unless something goes: not every site reads another spelling alike.
    return address if len(kept) == len(pairs) else parts._replace(query=urlencode(kept)).geturl()


def _is_tracking(name: str, value: str) -> bool:
    return name.lower().startswith("utm_") or (name.lower(), value.lower()) in _FROM_FEED


def _resolved(written: str, url: str) -> str:
    try:
        return clean_url(urljoin(url, written.strip())) if written.strip() else ""
    except ValueError:
        return ""


def _arxiv_id(*texts: str) -> str:
    """The first that names arXiv and a paper of it: a bare number may be anybody's."""
    for text in texts:
        if "arxiv" not in text.lower() and "://" not in text:
            continue
        try:
            return parse_arxiv_id(text).base
        except ValueError:
            continue
    return ""


def _doi(text: str) -> str:
    # arXiv's own DOI is the arXiv id again.
    doi = doi_in(text)
    return "" if doi.startswith(ARXIV_DOI_PREFIX) else doi


def _abstract(entry: Any) -> str:
    """The longest that the entry says, as journals cut the summary; no whole article."""
    summary = text_of(str(entry.get("summary") or ""))
    contents = [text_of(str(part.get("value") or "")) for part in entry.get("content") or []]
    longest = max((summary, *contents), key=len)
    is_article = len(longest) > LONGEST_SUMMARY_BESIDE_ARTICLE and len(summary) >= SHORTEST_SUMMARY
    text = summary if is_article else longest
    if len(text) <= LONGEST_ABSTRACT:
        return text
    return f"{text[:LONGEST_ABSTRACT].rpartition(' ')[0]} …"


def _keywords(entry: Any) -> tuple[str, ...]:
    """Its tags and subjects; blog software adds addresses of its own."""
    terms = [tag.get("label") or tag.get("term") or "" for tag in entry.get("tags") or []]
    words = dict.fromkeys(text_of(str(term)) for term in terms if "://" not in str(term))
    return tuple(word for word in words if 0 < len(word) <= LONGEST_KEYWORD)[:MOST_KEYWORDS]


def _moment(entry: Any) -> datetime | None:
    """When the entry says it was published, or else changed; an issue's date comes last."""
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        # Not by its own `get`, which gives one field for another.
        if parsed := dict.get(entry, name):
            with suppress(ValueError, OverflowError, OSError):
                return datetime.fromtimestamp(timegm(parsed), UTC)
    return midnight_of(day_of(str(entry.get("prism_publicationdate") or "")[:10]))


def _days(
    said_on: date | None, read_on: date, *, is_first: bool
) -> tuple[date | None, date | None]:
    """When the entry says it was listed, and else when it was found, if that says anything.

    Never a day to come: the newest day here would be one on which nothing else was announced.
    """
    if said_on is not None and said_on <= read_on:
        return (said_on if said_on >= read_on - DAYS_BACK else None), None
    return None, None if is_first else read_on
