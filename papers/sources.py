"""The list of sources: for each kind which days are asked for, how they are fetched and parsed.

Adding a source is one file in papers/feeds/ and one entry in READERS (CONTRIBUTING.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from papers.calendar import feed_day
from papers.feeds import arxiv_list, arxiv_rss, huggingface, syndication
from papers.feeds.fetch import FetchedResponse
from papers.feeds.records import ParsedFeed
from papers.models import Batch, FetchedDocument, Source, TextSource

# Hugging Face's list fills during the day and is voted on for days after it.
HUGGINGFACE_DAYS_AGAIN = 3
HUGGINGFACE_DAYS_AT_FIRST = 7
# A site that was away asks for the days it missed, this many at most.
HUGGINGFACE_MOST_DAYS = 31
# Lists of Hugging Face beside the daily one (their key): older papers' votes go on there.
HUGGINGFACE_LISTS = ("trending", "week", "month")
LISTS_INTERVAL = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of a source: for which day, which page of it, and what is known already."""

    source: Source
    day: date
    page: int = 0
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of source is read. `days` are given in the order in which to ask.

    `parse` is a pure function of papers/feeds, called with the body and `arguments`.
    """

    text_source: TextSource
    interval: timedelta
    days: Callable[[Source, datetime], list[date]]
    fetch: Callable[[Ask], FetchedResponse]
    parse: Callable[..., ParsedFeed]
    arguments: Callable[[Source, FetchedDocument], dict[str, Any]]
    # Whether the answer may still be that of an earlier day, so that only unseen ids are new.
    may_lag: bool = False
    # Whether status 400 may say that a list is not open yet; else it is a fault like any other.
    may_be_unopened: Callable[[Source, date, datetime], bool] = lambda source, day, now: False
    has_next_page: Callable[[FetchedResponse], bool] = lambda answer: False


def _utc_day(source: Source, now: datetime) -> list[date]:
    return [now.astimezone(UTC).date()]


def _huggingface_days(source: Source, now: datetime) -> list[date]:
    today = now.astimezone(UTC).date()
    if source.key:
        return [today]
    if source.last_success_at is None:
        count = HUGGINGFACE_DAYS_AT_FIRST
    else:
        away_days = (today - source.last_success_at.astimezone(UTC).date()).days
        count = min(HUGGINGFACE_DAYS_AGAIN + away_days, HUGGINGFACE_MOST_DAYS)
    return [today - timedelta(days=back) for back in reversed(range(count))]


def _may_be_unopened(source: Source, day: date, now: datetime) -> bool:
    """Today's list, and that of a week or month on its first days: they may begin on a weekend."""
    today = now.astimezone(UTC).date()
    match source.key:
        case "":
            return day >= today
        case "week":
            return today.isoweekday() == 1
        case "month":
            return today.day <= 3
        case _:
            return False


def _fetch_huggingface(ask: Ask) -> FetchedResponse:
    year, week, _weekday = ask.day.isocalendar()
    match ask.source.key:
        case "trending":
            return huggingface.fetch_trending(page=ask.page)
        case "week":
            return huggingface.fetch_week(f"{year}-W{week:02}", page=ask.page)
        case "month":
            return huggingface.fetch_month(f"{ask.day:%Y-%m}", page=ask.page)
        case _:
            return huggingface.fetch_day(ask.day, page=ask.page)


def _of_huggingface(source: Source, document: FetchedDocument) -> dict[str, Any]:
    observed_on = document.fetched_at.astimezone(UTC).date()
    # The other lists are no day's: each paper says itself on which day it was.
    listed_on = None if source.key else document.for_day
    return {"observed_on": observed_on, "listed_on": listed_on, "is_paged": True}


def _arxiv_day(source: Source, now: datetime) -> list[date]:
    return [feed_day(now)]


def _witness_days(source: Source, now: datetime) -> list[date]:
    """Today, until the list page and the feed agree: then there is nothing left to witness."""
    days = _arxiv_day(source, now)
    is_settled = Batch.objects.filter(
        source__kind=Source.Kind.ARXIV_RSS,
        source__key=source.key,
        announced_on__in=days,
        witnessed_at__isnull=False,
        state=Batch.State.COMPLETE,
    )
    return [] if is_settled.exists() else days


def _fetch_arxiv_rss(ask: Ask) -> FetchedResponse:
    return arxiv_rss.fetch_category(ask.source.key, etag=ask.etag, last_modified=ask.last_modified)


def _fetch_syndication(ask: Ask) -> FetchedResponse:
    return syndication.fetch_feed(ask.source.key, etag=ask.etag, last_modified=ask.last_modified)


def _of_syndication(source: Source, document: FetchedDocument) -> dict[str, Any]:
    return {
        "url": source.key,
        "content_type": document.content_type,
        "read_on": document.for_day,
        "is_first": source.last_success_at is None,
    }


READERS = {
    Source.Kind.HUGGINGFACE: Reader(
        text_source=TextSource.HUGGING_FACE,
        interval=timedelta(hours=1),
        days=_huggingface_days,
        fetch=_fetch_huggingface,
        parse=huggingface.parse,
        arguments=_of_huggingface,
        may_be_unopened=_may_be_unopened,
        has_next_page=huggingface.has_next_page,
    ),
    Source.Kind.ARXIV_RSS: Reader(
        text_source=TextSource.ARXIV,
        interval=timedelta(hours=1),
        days=_arxiv_day,
        fetch=_fetch_arxiv_rss,
        parse=arxiv_rss.parse,
        arguments=lambda source, document: {
            "category": source.key,
            "announced_on": document.for_day,
        },
        may_lag=True,
    ),
    Source.Kind.ARXIV_LIST: Reader(
        text_source=TextSource.ARXIV,
        interval=timedelta(hours=1),
        days=_witness_days,
        fetch=lambda ask: arxiv_list.fetch_new(ask.source.key),
        parse=arxiv_list.parse,
        arguments=lambda source, document: {"category": source.key},
    ),
    Source.Kind.SYNDICATION: Reader(
        text_source=TextSource.FEED,
        interval=timedelta(hours=2),
        days=_utc_day,
        fetch=_fetch_syndication,
        parse=syndication.parse,
        arguments=_of_syndication,
    ),
}


def reader_of(source: Source) -> Reader:
    return READERS[Source.Kind(source.kind)]


def usual_interval(source: Source) -> timedelta:
    """Return how long to wait between two readings of `source`, if nobody says otherwise."""
    if source.kind == Source.Kind.HUGGINGFACE and source.key:
        return LISTS_INTERVAL
    return reader_of(source).interval


def names_in_settings() -> list[tuple[Source.Kind, str]]:
    """Return kind and key of each source that the settings ask for."""
    kinds = [Source.Kind.ARXIV_RSS]
    kinds += [Source.Kind.ARXIV_OAI] if settings.ARXIV_REPAIR else []
    kinds += [Source.Kind.ARXIV_LIST] if settings.ARXIV_WITNESS else []
    names = [(Source.Kind.HUGGINGFACE, key) for key in ("", *HUGGINGFACE_LISTS)]
    names += [(kind, code) for kind in kinds for code in settings.ARXIV_CATEGORIES]
    names += [(Source.Kind.GITHUB, "")] if settings.GITHUB_STARS else []
    names += [(Source.Kind.SEMANTIC_SCHOLAR, "")] if settings.SEMANTIC_SCHOLAR_KEY else []
    return names


def ensure_sources() -> None:
    """Make the rows of the sources that the settings name; existing ones are left alone."""
    known = set(Source.objects.values_list("kind", "key"))
    missing = [
        Source(kind=kind, key=key, next_due_at=timezone.now())
        for kind, key in names_in_settings()
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
