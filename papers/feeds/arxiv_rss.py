"""arXiv's daily feeds, RSS and Atom: what was announced in one category today.

The caller says the day, and freshness is decided by ids: the channel's dates have lagged behind
its items. Only a date too old for that is believed. An empty channel is no fault: a holiday.
Read more: https://info.arxiv.org/help/rss.html and github.com/arXiv/arxiv-feed.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from papers.feeds.arxiv_fields import categories_of, first_doi
from papers.feeds.fetch import FetchedResponse, fetch
from papers.feeds.lenient import read_leniently, what_is_wrong
from papers.feeds.names import split_authors
from papers.feeds.records import AnnouncementRecord, PaperRecord, ParsedFeed, ParseError
from papers.feeds.text import clean, clean_url, opening
from papers.identifiers import ArxivId, parse_arxiv_id

# arXiv answers slowly just after an announcement; its own clients wait over a minute.
FETCH_SECONDS = 90
# arXiv's dates have lagged behind its papers by a day, and a long weekend has four.
LONGEST_LAG = timedelta(days=4)
KINDS = {
    "new": "new",
    "cross": "cross",
    "replace": "replace",
    "replace-cross": "replace",
    "absonly": "replace",
}

_LEAD = re.compile(r"\s*arXiv:\S+\s+Announce Type:\s*(?P<type>[\w-]+)\s*", re.IGNORECASE)
_ABSTRACT = re.compile(r"\s*Abstract:\s*", re.IGNORECASE)


def fetch_category(category: str, *, etag: str = "", last_modified: str = "") -> FetchedResponse:
    """The current batch of `category` (`cs.LG`, or a whole archive such as `math`) as RSS 2.0."""
    return fetch(
        f"{settings.ARXIV_RSS_URL}/{category}",
        etag=etag,
        last_modified=last_modified,
        total_seconds=FETCH_SECONDS,
    )


def parse(body: bytes, *, category: str, announced_on: date) -> ParsedFeed:
    """The papers in the feed of `category`, each announced there on `announced_on`.

    A feed that declares a day more than four days before that is an old copy: its papers were
    announced on the day that it declares, and `problems` says so.
    RSS 2.0 and Atom alike. In the feed of a whole archive a paper is announced in each of its
    categories of that archive. Raises ParseError when the body is no feed or was cut off; an
    item that cannot be read is named in `problems`.
    """
    records: dict[str, PaperRecord] = {}
    feed, problems = _read(body)
    declared_on = _declared_on(feed)
    if declared_on and announced_on - declared_on > LONGEST_LAG:
        problems.append(f"The {category} feed is an old copy: it is of {declared_on}.")
        announced_on = declared_on
    for place, entry in enumerate(feed.entries, start=1):
        try:
            record = _record(entry, category, announced_on)
            if record.arxiv_id in records:
                raise ValueError(f"{record.arxiv_id} is in the feed already.")
        except ValueError as error:
            problems.append(f"Item {place} of the {category} feed was left out: {error}")
        else:
            records[record.arxiv_id] = record
            if not record.announcements:
                problems.append(
                    f"{record.arxiv_id} was kept, its announcement in {category} was not: "
                    "arXiv gave it an unknown type."
                )
    return ParsedFeed(tuple(records.values()), tuple(problems))


def _read(body: bytes) -> tuple[Any, list[str]]:
    feed = read_leniently(body)
    if not str(feed.get("version") or "").startswith(("rss", "atom")):
        raise ParseError(f"arXiv did not answer with a feed: {opening(body)}.")
    if not feed.bozo:
        return feed, []
    # A broken feed is read leniently, which would store half an abstract from a cut one.
    if not re.search(rb"</(rss|feed)>\s*$", body[-200:]):
        raise ParseError("arXiv's feed was cut off before its end.")
    reason = what_is_wrong(feed.bozo_exception)
    return feed, [f"The feed is not quite in order, and was read all the same: {reason}."]


def _declared_on(feed: Any) -> date | None:
    """The newest day that its items declare, or else the channel: midnight Eastern, so UTC's."""
    moments = [dict.get(entry, "published_parsed") for entry in feed.entries]
    channel = [dict.get(feed.feed, "published_parsed"), dict.get(feed.feed, "updated_parsed")]
    newest = max(filter(None, moments), default=None) or next(filter(None, channel), None)
    try:
        return date(*newest[:3]) if newest else None
    except (ValueError, OverflowError):
        return None


def _record(entry: Any, category: str, announced_on: date) -> PaperRecord:
    arxiv_id = _identifier(entry)
    title = clean(entry.get("title", ""))
    if not title:
        raise ValueError(f"{arxiv_id.base} has no title.")
    summary = entry.get("summary", "")
    lead = _LEAD.match(summary)
    announce_type = entry.get("arxiv_announce_type") or (lead["type"] if lead else "")
    kind = KINDS.get(announce_type.strip().lower(), "")
    categories = categories_of(tag.get("term") or "" for tag in entry.get("tags", []))
    return PaperRecord(
        arxiv_id=arxiv_id.base,
        version=arxiv_id.version,
        title=title,
        abstract=clean(_ABSTRACT.sub("", summary[lead.end() :] if lead else summary, count=1)),
        authors=tuple(split_authors(entry.get("author", ""))),
        categories=categories,
        journal_ref=clean(entry.get("arxiv_journal_reference", "")),
        license=clean_url(entry.get("rights", ""))[:200],
        doi=first_doi(entry.get("arxiv_doi", "")),
        announcements=tuple(_announcements(categories, category, announced_on, kind)),
    )


def _identifier(entry: Any) -> ArxivId:
    """From the guid, which has the version; the link has none but is better than nothing."""
    try:
        return parse_arxiv_id(entry.get("id", ""))
    except ValueError:
        return parse_arxiv_id(entry.get("link", ""))


def _announcements(
    categories: tuple[str, ...], category: str, announced_on: date, kind: str
) -> Iterator[AnnouncementRecord]:
    if not kind:
        return
    within = [code for code in categories if code.startswith(f"{category}.")]
    if category in categories or not within:
        yield AnnouncementRecord(category, announced_on, kind)
        return
    for code in within:
        is_cross = kind == "new" and code != categories[0]
        yield AnnouncementRecord(code, announced_on, "cross" if is_cross else kind)
