"""The list of sources: for each kind which days are asked for, how they are fetched and parsed.

Adding a source is one file in papers/feeds/ and one entry in READERS (CONTRIBUTING.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from papers.feeds import arxiv_rss, huggingface
from papers.feeds.fetch import FetchedResponse
from papers.feeds.records import ParsedFeed
from papers.models import Source, TextSource

# arXiv's day begins at midnight US Eastern, when its feeds are rebuilt.
ARXIV_ZONE = ZoneInfo("America/New_York")
# Hugging Face's list fills during the day and is voted on for days after it.
HUGGINGFACE_DAYS_AGAIN = 3
HUGGINGFACE_DAYS_AT_FIRST = 7
# A site that was away asks for the days it missed, this many at most.
HUGGINGFACE_MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of source is read. `days` are given in the order in which to ask."""

    text_source: TextSource
    interval: timedelta
    days: Callable[[Source, datetime], list[date]]
    fetch: Callable[[Source, date], FetchedResponse]
    parse: Callable[[bytes, Source, date, datetime], ParsedFeed]
    # Whether the answer may still be that of an earlier day, so that only unseen ids are new.
    may_lag: bool
    # Whether status 400 says that the list of a day is not open yet.
    has_unopened_days: bool = False


def _huggingface_days(source: Source, now: datetime) -> list[date]:
    today = now.astimezone(UTC).date()
    if source.last_success_at is None:
        count = HUGGINGFACE_DAYS_AT_FIRST
    else:
        away_days = (today - source.last_success_at.astimezone(UTC).date()).days
        count = min(HUGGINGFACE_DAYS_AGAIN + away_days, HUGGINGFACE_MOST_DAYS)
    return [today - timedelta(days=back) for back in reversed(range(count))]


def _fetch_huggingface(source: Source, day: date) -> FetchedResponse:
    return huggingface.fetch_day(day)


def _parse_huggingface(body: bytes, source: Source, day: date, fetched_at: datetime) -> ParsedFeed:
    observed_on = fetched_at.astimezone(UTC).date()
    return huggingface.parse(body, observed_on=observed_on, listed_on=day)


def _arxiv_days(source: Source, now: datetime) -> list[date]:
    return [now.astimezone(ARXIV_ZONE).date()]


def _fetch_arxiv(source: Source, day: date) -> FetchedResponse:
    return arxiv_rss.fetch_category(
        source.key, etag=source.etag, last_modified=source.last_modified
    )


def _parse_arxiv(body: bytes, source: Source, day: date, fetched_at: datetime) -> ParsedFeed:
    return arxiv_rss.parse(body, category=source.key, announced_on=day)


READERS = {
    Source.Kind.HUGGINGFACE: Reader(
        text_source=TextSource.HUGGING_FACE,
        interval=timedelta(hours=1),
        days=_huggingface_days,
        fetch=_fetch_huggingface,
        parse=_parse_huggingface,
        may_lag=False,
        has_unopened_days=True,
    ),
    Source.Kind.ARXIV_RSS: Reader(
        text_source=TextSource.ARXIV,
        interval=timedelta(hours=1),
        days=_arxiv_days,
        fetch=_fetch_arxiv,
        parse=_parse_arxiv,
        may_lag=True,
    ),
}


def reader_of(source: Source) -> Reader:
    return READERS[Source.Kind(source.kind)]


def ensure_sources() -> None:
    """Make the rows of the sources that the settings name; existing ones are left alone."""
    names = [(Source.Kind.HUGGINGFACE, "")]
    names += [(Source.Kind.ARXIV_RSS, code) for code in settings.ARXIV_CATEGORIES]
    known = set(Source.objects.values_list("kind", "key"))
    missing = [
        Source(kind=kind, key=key, next_due_at=timezone.now())
        for kind, key in names
        if (kind, key) not in known
    ]
    if missing:
        Source.objects.bulk_create(missing, ignore_conflicts=True)


def find_sources(name: str) -> list[Source]:
    """Return the sources called `name`: `huggingface`, `arxiv_rss`, `arxiv_rss:cs.LG`, "" for all.

    Raises LookupError, with the names there are, when there is none.
    """
    kind, _, key = name.partition(":")
    rows = Source.objects.filter(is_active=True)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(key=key) if key else rows
    if found := list(rows):
        return found
    names = ", ".join(source.name for source in Source.objects.all())
    raise LookupError(f"There is no active source “{name}”. There are: {names}.")
