"""Any RSS or Atom feed: journals, bioRxiv, medRxiv, blogs.

It decides which entry is a paper that can be named (by arXiv id, DOI or its page's address) and
what of it is text; never which category it is in. Read more: feedparser.readthedocs.io, and PRISM
3.0 (prism:doi, prism:publicationDate) in journals' feeds.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import feedparser

from papers.feeds.fetch import FetchedResponse, fetch
from papers.feeds.markup import text_of
from papers.feeds.moments import day_of
from papers.feeds.names import shown_name
from papers.feeds.records import PaperRecord, ParsedFeed, ParseError
from papers.feeds.text import clean, clean_url
from papers.identifiers import normalise_doi, parse_arxiv_id

MOST_ENTRIES = 2_000
LONGEST_ABSTRACT = 20_000
MOST_AUTHORS = 500
# A day further off is a slip, or an old entry of a feed that keeps everything.
DAYS_AHEAD, DAYS_BACK = timedelta(days=2), timedelta(days=400)

_ENDS_WHOLE = re.compile(rb"</(?:[\w-]+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*?-->\s*)*\Z", re.I | re.S)
_DOI_INSIDE = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s?#&<>\"]+", re.ASCII)
_ALTERNATE = re.compile(
    rb"<link\b(?=[^>]*\btype\s*=\s*[\"']?application/(?:rss|atom)\+xml)"
    rb"[^>]*?\bhref\s*=\s*[\"']?([^\"'\s>]+)",
    re.IGNORECASE,
)
_BETWEEN_NAMES = re.compile(r"\s*;\s*|\s*,\s+(?:and\s+)?|\s+and\s+|\s*\n\s*")
_FAMILY_COMMA_GIVEN = re.compile(r"[^,;]+,\s*(?:[^\W\d_]\.?[\s-]*){1,4}(?:;|,|$)")


def fetch_feed(url: str, *, etag: str = "", last_modified: str = "") -> FetchedResponse:
    """The feed at `url` as it is, or 304 when it is as those validators say. Raises FetchError."""
    return fetch(url, etag=etag, last_modified=last_modified)


def parse(body: bytes, *, url: str, content_type: str, read_on: date) -> ParsedFeed:
    """The papers of the feed that was read from `url` on `read_on`; `title` is the feed's own.

    A paper is listed on the day that its entry names, or on `read_on` where it names none; an
    entry much older or later has no day. Raises ParseError for what is no feed (an HTML page: with
    the addresses of the feeds that it names) and for a feed that was cut off.
    """
    feed, problems = _read(body, url, content_type)
    records: dict[tuple[str, str, str], PaperRecord] = {}
    if len(feed.entries) > MOST_ENTRIES:
        problems.append(f"The feed has {len(feed.entries)} entries; {MOST_ENTRIES} were read.")
    for place, entry in enumerate(feed.entries[:MOST_ENTRIES], start=1):
        try:
            record = _record(entry, url, read_on)
            name = (record.arxiv_id, record.doi, record.url)
            if name in records:
                raise ValueError("another entry names the same paper.")
        except ValueError as error:
            problems.append(f"Entry {place} was left out: {error}")
        else:
            records[name] = record
    title = text_of(str(feed.feed.get("title", "")))[:200]
    return ParsedFeed(tuple(records.values()), tuple(problems), title=title)


def _read(body: bytes, url: str, content_type: str) -> tuple[Any, list[str]]:
    headers = {"content-type": content_type} if content_type else {}
    feed = feedparser.parse(
        body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not feed.get("version"):
        raise _no_feed(body, url)
    if not feed.bozo:
        return feed, []
    # A broken feed is read leniently, which would store half an abstract from a cut one.
    if not _ENDS_WHOLE.search(_in_ascii(body)[-2_000:]):
        raise ParseError("The feed was cut off before its end.")
    if isinstance(feed.bozo_exception, feedparser.exceptions.NonXMLContentType):
        return feed, []
    reason = clean(str(feed.bozo_exception))[:200]
    return feed, [f"The feed is not quite in order, and was read all the same: {reason}"]


def _in_ascii(body: bytes) -> bytes:
    """The end of UTF-16 and UTF-32 looks like ASCII without its zeros."""
    return body.replace(b"\x00", b"")


def _no_feed(body: bytes, url: str) -> ParseError:
    start = clean(body[:80].decode("utf-8", "replace"))
    if b"<html" not in body[:2_000].lower():
        return ParseError(f"This is no RSS or Atom feed: it begins “{start}”.")
    found = [
        _link({"link": href.decode("utf-8", "replace")}, url) for href in _ALTERNATE.findall(body)
    ]
    usable = [address for address in found[:3] if address]
    if usable:
        return ParseError(f"This is a web page, not a feed. Its feeds: {', '.join(usable)}")
    return ParseError("This is a web page, not a feed, and it names no feed.")


def _record(entry: Any, url: str, read_on: date) -> PaperRecord:
    title = text_of(str(entry.get("title") or ""))
    if not title:
        raise ValueError("it has no title.")
    link = _link(entry, url)
    arxiv_id = _arxiv_id(str(entry.get("id") or ""), link)
    doi = _doi(entry, link)
    if not (link or arxiv_id or doi):
        raise ValueError(f"“{title[:60]}” has no address, DOI or arXiv id.")
    said_on, is_said = _day(entry, read_on)
    return PaperRecord(
        arxiv_id=arxiv_id,
        title=title,
        abstract=_abstract(entry)[:LONGEST_ABSTRACT],
        authors=tuple(_authors(entry))[:MOST_AUTHORS],
        doi=doi,
        url="" if arxiv_id else link,
        keywords=tuple(_keywords(entry)),
        submitted_at=datetime(said_on.year, said_on.month, said_on.day, tzinfo=UTC)
        if said_on and is_said
        else None,
        listed_on=said_on,
    )


def _link(entry: Any, url: str) -> str:
    written = str(entry.get("link") or "")
    try:
        return clean_url(urljoin(url, written)) if written else ""
    except ValueError:
        return ""


def _arxiv_id(*texts: str) -> str:
    for text in texts:
        try:
            return parse_arxiv_id(text).base
        except ValueError:
            continue
    return ""


def _doi(entry: Any, link: str) -> str:
    fields = ("prism_doi", "dc_identifier", "doi", "citation_doi", "id", "guid")
    for text in (*(str(entry.get(name) or "") for name in fields), link):
        if found := _DOI_INSIDE.search(text):
            doi = found[0].split("?")[0]
            try:
                normalised = normalise_doi(doi)
            except ValueError:
                continue
            # arXiv's own DOI is the arXiv id again.
            return "" if normalised.startswith("10.48550/") else _without_version(normalised)
    return ""


def _without_version(doi: str) -> str:
    """bioRxiv and medRxiv link to `...123456v2`; the DOI of the paper has no version."""
    return re.sub(r"(?<=\d)v\d+(?:\.[\w.-]+)?$", "", doi) if doi.startswith("10.1101/") else doi


def _abstract(entry: Any) -> str:
    contents = [str(part.get("value") or "") for part in entry.get("content") or []]
    summary = str(entry.get("summary") or "")
    return max((text_of(text) for text in (summary, *contents)), key=len)


def _authors(entry: Any) -> Iterator[str]:
    named = [str(author.get("name") or "") for author in entry.get("authors") or []]
    written = named or [str(entry.get("author") or "")]
    if len(written) > 1:
        yield from filter(None, (shown_name(text_of(name)) for name in written))
        return
    for part in _split_names(text_of(written[0])):
        if name := shown_name(part):
            yield name


def _split_names(text: str) -> list[str]:
    """One string of several names; "Moor, A., Quay, B." keeps surname and initials together."""
    if _FAMILY_COMMA_GIVEN.match(text) and ";" not in text:
        parts = [part.strip() for part in text.split(",")]
        pairs = zip(parts[::2], parts[1::2], strict=False)
        return [f"{given} {family}" for family, given in pairs]
    if ";" in text:
        halves = (part.partition(",") for part in text.split(";"))
        return [f"{given.strip()} {family.strip()}" for family, _comma, given in halves]
    return _BETWEEN_NAMES.split(text)


def _keywords(entry: Any) -> Iterator[str]:
    for tag in (entry.get("tags") or [])[:20]:
        if word := text_of(str(tag.get("term") or ""))[:100]:
            yield word


def _day(entry: Any, read_on: date) -> tuple[date | None, bool]:
    """The entry's day and whether it said one; None for one that cannot be when it was listed."""
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        if entry.get(name):
            try:
                day = date(*entry[name][:3])
            except (ValueError, TypeError):
                continue
            return _likely(day, read_on), True
    said = day_of(str(entry.get("prism_publicationdate") or "")[:10])
    return (_likely(said, read_on), True) if said else (read_on, False)


def _likely(day: date, read_on: date) -> date | None:
    return day if read_on - DAYS_BACK <= day <= read_on + DAYS_AHEAD else None
