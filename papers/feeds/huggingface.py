"""Hugging Face Daily Papers: which papers people put on a day's list, and how they were liked.

Never makes an announcement: a list day is not an arXiv day. A count not given is no signal.
Read more: https://huggingface.co/.well-known/openapi.json (GET /api/daily_papers).
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from papers.feeds.fetch import FetchedResponse, fetch
from papers.feeds.records import FetchError, PaperRecord, ParsedFeed, ParseError, SignalRecord
from papers.feeds.text import clean, clean_name, clean_url
from papers.identifiers import parse_arxiv_id

# The default page holds 50, and real days have reached it; 100 is the most that is answered.
PAGE_SIZE = 100
LARGEST_COUNT = 2**31 - 1


def fetch_day(
    day: date, *, page: int = 0, etag: str = "", last_modified: str = ""
) -> FetchedResponse:
    """The list of `day` as answered (JSON). A full page (PAGE_SIZE items) may have a next one.

    Raises FetchError; a day whose list is not open yet is answered with status 400.
    """
    query = {"date": day.isoformat(), "limit": str(PAGE_SIZE)}
    if page:
        query["p"] = str(page)
    try:
        return fetch(
            f"{settings.HUGGINGFACE_URL}?{urlencode(query)}", etag=etag, last_modified=last_modified
        )
    except FetchError as error:
        if error.status != 400:
            raise
        message = f"Hugging Face has no list for {day} yet (HTTP 400)."
        raise FetchError(message, status=400) from error


def parse(body: bytes, *, observed_on: date, listed_on: date | None = None) -> ParsedFeed:
    """The papers of one daily list, each with the counts seen on `observed_on` (a UTC day).

    `listed_on` is the day whose list this is; without it, what each paper says of itself, or
    else `observed_on`. Upvotes and stars sit on the inner `paper`, comments on the outer item.
    Raises ParseError when the body is not a JSON array; an item that cannot be a paper is
    named in `problems`.
    """
    records: dict[str, PaperRecord] = {}
    problems: list[str] = []
    items = _items(body)
    if len(items) >= PAGE_SIZE:
        problems.append(
            f"The list holds {len(items)} papers, the most that one answer does: there may be more."
        )
    for place, item in enumerate(items, start=1):
        try:
            record = _record(item, observed_on, listed_on)
            if record.arxiv_id in records:
                raise ValueError(f"{record.arxiv_id} is on the list already.")
        except ValueError as error:
            problems.append(f"Item {place} of the Hugging Face list was left out: {error}")
        else:
            records[record.arxiv_id] = record
    return ParsedFeed(tuple(records.values()), tuple(problems))


def _items(body: bytes) -> list[object]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        start = clean(body[:80].decode("utf-8", "replace"))
        raise ParseError(f"Hugging Face did not answer in JSON: it begins “{start}”.") from error
    if isinstance(answer, dict) and isinstance(answer.get("error"), str):
        raise ParseError(f"Hugging Face answered with an error: {clean(answer['error'])[:200]}")
    if not isinstance(answer, list):
        raise ParseError("Hugging Face did not answer with a list of papers.")
    return answer


def _record(item: object, observed_on: date, listed_on: date | None) -> PaperRecord:
    outer = item if isinstance(item, dict) else {}
    paper = outer.get("paper")
    if not isinstance(paper, dict):
        raise ValueError("it holds no paper.")
    arxiv_id = parse_arxiv_id(_text(paper, "id")).base
    title = clean(_text(paper, "title") or _text(outer, "title"))
    if not title:
        raise ValueError(f"{arxiv_id} has no title.")
    submitted_on_daily_at = _moment(_text(paper, "submittedOnDailyAt"))
    return PaperRecord(
        arxiv_id=arxiv_id,
        title=title,
        abstract=clean(_text(paper, "summary") or _text(outer, "summary")),
        authors=tuple(_shown_authors(paper)),
        # The outer publishedAt was seen five hours off; the inner one is arXiv's own.
        submitted_at=_moment(_text(paper, "publishedAt")),
        code_url=clean_url(_text(paper, "githubRepo")),
        project_url=clean_url(_text(paper, "projectPage")),
        listed_on=listed_on or _day(submitted_on_daily_at) or observed_on,
        signals=tuple(_signals(outer, paper, observed_on)),
    )


def _shown_authors(paper: dict[str, Any]) -> Iterator[str]:
    authors = paper.get("authors")
    for author in authors if isinstance(authors, list) else []:
        if isinstance(author, dict) and not author.get("hidden"):
            name = clean_name(_text(author, "name"))
            if name:
                yield name


def _signals(
    outer: dict[str, Any], paper: dict[str, Any], observed_on: date
) -> Iterator[SignalRecord]:
    for kind, value in (
        ("hf_upvotes", paper.get("upvotes")),
        ("hf_comments", outer.get("numComments")),
        ("github_stars", paper.get("githubStars")),
    ):
        if type(value) is int and 0 <= value <= LARGEST_COUNT:
            yield SignalRecord(kind, observed_on, value)


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(moment: datetime | None) -> date | None:
    """The day in UTC: date-only values come as midnight UTC, the day before in US time."""
    return moment.astimezone(UTC).date() if moment else None
