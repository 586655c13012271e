"""Hugging Face Daily Papers: which papers people put on a day's list, and how they were liked.

Never makes an announcement: a list day is not an arXiv day. A count not given is no signal.
Read more: https://huggingface.co/.well-known/openapi.json (GET /api/daily_papers).
"""

import json
from collections.abc import Iterator
from datetime import UTC, date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from papers.feeds.fetch import FetchedResponse, fetch
from papers.feeds.moments import moment_of
from papers.feeds.names import shown_name
from papers.feeds.records import FetchError, PaperRecord, ParsedFeed, ParseError, SignalRecord
from papers.feeds.text import clean, clean_url, opening
from papers.identifiers import parse_arxiv_id

# The default page holds 50, and real days have reached it; 100 is the most that is answered.
PAGE_SIZE = 100
# The longest of 287 recorded days took 0.3 MB.
LARGEST_BYTES = 3_000_000
LARGEST_COUNT = 2**31 - 1
MOST_KEYWORDS, LONGEST_KEYWORD = 20, 100

Fields = dict[str, Any]


def fetch_day(
    day: date, *, page: int = 0, etag: str = "", last_modified: str = ""
) -> FetchedResponse:
    """The list of `day` as answered (JSON), its pages from 0; `has_next_page` tells of a next one.

    Raises FetchError; a day whose list is not open yet is answered with status 400.
    """
    return _ask("date", day.isoformat(), page, etag=etag, last_modified=last_modified)


def fetch_week(week: str, *, page: int = 0) -> FetchedResponse:
    """The list of a week such as "2026-W09" (ISO 8601). Raises FetchError as `fetch_day`."""
    return _ask("week", week, page)


def fetch_month(month: str, *, page: int = 0) -> FetchedResponse:
    """The list of a month such as "2026-02". Raises FetchError as `fetch_day`."""
    return _ask("month", month, page)


def fetch_trending(*, page: int = 0) -> FetchedResponse:
    """The papers of any day that Hugging Face ranks as trending now. Raises FetchError."""
    return _ask("sort", "trending", page)


def has_next_page(response: FetchedResponse) -> bool:
    """Whether the answer links to a next page (RFC 8288, rel=next); 304 says nothing of it."""
    return bool(response.next_url)


def _ask(
    name: str, value: str, page: int, *, etag: str = "", last_modified: str = ""
) -> FetchedResponse:
    query = {name: value, "limit": str(PAGE_SIZE)} | ({"p": str(page)} if page else {})
    try:
        return fetch(
            f"{settings.HUGGINGFACE_URL}?{urlencode(query)}",
            etag=etag,
            last_modified=last_modified,
            largest_bytes=LARGEST_BYTES,
        )
    except FetchError as error:
        if error.status != 400:
            raise
        message = f"Hugging Face has no list for {value} yet (HTTP 400)."
        raise FetchError(message, status=400) from error


def parse(
    body: bytes, *, observed_on: date, listed_on: date | None = None, is_paged: bool = False
) -> ParsedFeed:
    """The papers of one list, each with the counts seen on `observed_on` (a UTC day).

    `listed_on` is the day whose list this is; without it, what each paper says of itself.
    Upvotes and stars sit on the inner `paper`, comments on the outer item; names are read in
    camelCase and in snake_case. A full list is said to be perhaps cut, unless its further pages
    are asked for (`is_paged`). Raises ParseError when the body is not a JSON array of objects;
    an item that cannot be a paper is named in `problems`.
    """
    records: dict[str, PaperRecord] = {}
    problems: list[str] = []
    items = _items(body)
    if len(items) >= PAGE_SIZE and not is_paged:
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
    if items and not records:
        raise ParseError(f"No item of the Hugging Face list can be read. {problems[-1]}")
    return ParsedFeed(tuple(records.values()), tuple(problems))


def _items(body: bytes) -> list[object]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"Hugging Face did not answer in JSON: {opening(body)}.") from error
    if isinstance(answer, dict) and isinstance(answer.get("error"), str):
        raise ParseError(f"Hugging Face answered with an error: {clean(answer['error'])[:200]}")
    if not isinstance(answer, list):
        raise ParseError("Hugging Face did not answer with a list of papers.")
    return answer


def _record(item: object, observed_on: date, listed_on: date | None) -> PaperRecord:
    outer = _fields(item)
    paper = _fields(outer.get("paper"))
    if not paper:
        raise ValueError("it holds no paper.")
    arxiv_id = parse_arxiv_id(_text(paper, "id")).base
    title = clean(_text(paper, "title") or _text(outer, "title"))
    if not title:
        raise ValueError(f"{arxiv_id} has no title.")
    return PaperRecord(
        arxiv_id=arxiv_id,
        title=title,
        abstract=clean(_text(paper, "summary") or _text(outer, "summary")),
        authors=tuple(_shown_authors(paper)),
        # The outer publishedAt was seen five hours off; the inner one is arXiv's own.
        submitted_at=moment_of(_text(paper, "publishedat")),
        code_url=clean_url(_text(paper, "githubrepo")),
        project_url=clean_url(_text(paper, "projectpage")),
        keywords=_keywords(paper),
        # That a paper was not withdrawn is not for Hugging Face to say.
        is_withdrawn=True if paper.get("withdrawnat") else None,
        listed_on=listed_on or _listed_on(paper),
        signals=tuple(_signals(outer, paper, observed_on)),
    )


def _fields(value: object) -> Fields:
    """By their names without underscores and capitals, since both spellings were seen.

    Of two spellings the one that says something counts.
    """
    fields: Fields = {}
    for name, content in value.items() if isinstance(value, dict) else ():
        if fields.get(folded := name.replace("_", "").lower()) is None:
            fields[folded] = content
    return fields


def _shown_authors(paper: Fields) -> Iterator[str]:
    for author in _list(paper.get("authors")):
        fields = _fields(author)
        name = shown_name(_text(fields, "name"))
        if name and not fields.get("hidden"):
            yield name


def _keywords(paper: Fields) -> tuple[str, ...]:
    said = paper.get("aikeywords")
    words = (clean(word) for word in _list(said) if isinstance(word, str))
    kept = dict.fromkeys(word for word in words if 0 < len(word) <= LONGEST_KEYWORD)
    return tuple(kept)[:MOST_KEYWORDS]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _signals(outer: Fields, paper: Fields, observed_on: date) -> Iterator[SignalRecord]:
    for kind, value in (
        ("hf_upvotes", paper.get("upvotes")),
        ("hf_comments", outer.get("numcomments")),
        ("github_stars", paper.get("githubstars")),
    ):
        if type(value) is int and 0 <= value <= LARGEST_COUNT:
            yield SignalRecord(kind, observed_on, value)


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _listed_on(paper: Fields) -> date | None:
    """The day in UTC: date-only values come as midnight UTC, the day before in US time."""
    moment = moment_of(_text(paper, "submittedondailyat"))
    return moment.astimezone(UTC).date() if moment else None
