"""arXiv's query API: single papers by id, and a category's papers by days of submission.

Never says when a paper was announced: the API does not know. An empty page before the end is a
fault of the API, not the end, and an order not kept is told, so that nobody stops early.
Read more: https://info.arxiv.org/help/api/user-manual.html; its faults: lukasschwab/arxiv.py#129.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from urllib.parse import urlencode

from django.conf import settings
from lxml import etree

from papers.feeds.arxiv_fields import categories_of, first_doi
from papers.feeds.elements import iter_elements, name_of, read_mended
from papers.feeds.fetch import FetchedResponse, fetch
from papers.feeds.moments import moment_of
from papers.feeds.names import shown_name
from papers.feeds.records import (
    EmptyPageError,
    FetchError,
    PaperRecord,
    ParsedFeed,
    ParseError,
    VersionRecord,
)
from papers.feeds.text import clean
from papers.feeds.withdrawals import says_withdrawn
from papers.identifiers import parse_arxiv_id

# After an announcement answers took up to a minute; its own client waits longer.
FETCH_SECONDS = 90
PAGE_SIZE = 500
# The API gives no more of one query than this; beyond it answers HTTP 400.
MOST_OF_A_QUERY = 30_000


def fetch_ids(ids: Sequence[str]) -> FetchedResponse:
    """The papers of these ids (base ids or with version, 2,000 at most), unknown ones left out.

    Raises FetchError, with status 400 when one is written as arXiv does not know it.
    """
    return _ask({"id_list": ",".join(ids), "max_results": str(len(ids))})


def fetch_range(
    category: str, first_on: date, last_on: date, *, offset: int = 0
) -> FetchedResponse:
    """A page (PAGE_SIZE) of the papers submitted to `category` in these days, oldest first.

    Cross-lists are included; days are in UTC, both included. Raises FetchError.
    """
    span = f"[{first_on:%Y%m%d}0000 TO {last_on:%Y%m%d}2359]"
    return _ask(
        {
            "search_query": f"cat:{category} AND submittedDate:{span}",
            "sortBy": "submittedDate",
            "sortOrder": "ascending",
            "start": str(offset),
            "max_results": str(PAGE_SIZE),
        }
    )


def _ask(query: dict[str, str]) -> FetchedResponse:
    try:
        return fetch(f"{settings.ARXIV_API_URL}?{urlencode(query)}", total_seconds=FETCH_SECONDS)
    except FetchError as error:
        if error.status != 400:
            raise
        message = (
            "arXiv's API did not accept the question (HTTP 400): an id or a date is not written "
            f"as it wants, or it goes beyond {MOST_OF_A_QUERY:,} papers."
        )
        raise FetchError(message, status=400) from error


def parse(body: bytes) -> ParsedFeed:
    """The papers of one page, in the order of the answer, and how many there are in all.

    `position` is the offset of the next page. Raises EmptyPageError for an empty page before
    the end, ParseError for an error told as an entry and for what is no such answer.
    """
    page, problems = read_mended(_read, body, whose="arXiv's API answer")
    if page.total and not page.place and page.start < page.total:
        raise EmptyPageError(
            f"arXiv's API sent an empty page from {page.start} of {page.total} papers."
        )
    following = page.start + page.place
    # Without a total a full page is not taken for the last one.
    has_more = page.place >= PAGE_SIZE if page.total is None else following < page.total
    return ParsedFeed(
        records=tuple(page.records.values()),
        problems=(*problems, *page.problems, *_doubts(page)),
        position=str(following) if has_more else "",
        expected=page.total,
    )


@dataclass(slots=True)
class _Page:
    records: dict[str, PaperRecord] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    published: list[datetime] = field(default_factory=list)
    is_of_days: bool = False
    total: int | None = None
    start: int = 0
    place: int = 0


def _read(body: bytes) -> _Page:
    page = _Page()
    name = ""
    for element in iter_elements(body, "entry", "totalResults", "startIndex"):
        name = name_of(element)
        if name == "entry":
            _add(page, element)
        elif name == "totalResults":
            page.total = _number(element)
        elif name == "startIndex":
            page.start = _number(element) or 0
    if name != "feed":
        raise ParseError(f"arXiv's API did not answer with a feed but with <{name}>.")
    # The feed's title repeats the question; only fetch_range asks for days, and in their order.
    page.is_of_days = "submittedDate:[" in (element.findtext("{*}title") or "")
    return page


def _number(element: etree._Element) -> int | None:
    text = (element.text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _add(page: _Page, entry: etree._Element) -> None:
    page.place += 1
    fields = {name_of(child): child for child in entry}
    texts = {name: clean(child.text or "") for name, child in fields.items()}
    if "/api/errors" in texts.get("id", ""):
        said = texts.get("summary", "")[:200] or "it does not say why"
        raise ParseError(f"arXiv's API did not accept the question: {said}.")
    try:
        record = _record(entry, texts, fields.get("primary_category"))
        if record.arxiv_id in page.records:
            raise ValueError(f"{record.arxiv_id} is in the answer already.")
    except ValueError as error:
        page.problems.append(f"Entry {page.place} of arXiv's answer was left out: {error}")
        return
    page.records[record.arxiv_id] = record
    if record.submitted_at:
        page.published.append(record.submitted_at)


def _record(
    entry: etree._Element, texts: dict[str, str], primary: etree._Element | None
) -> PaperRecord:
    arxiv_id = parse_arxiv_id(texts.get("id", ""))
    if not texts.get("title"):
        raise ValueError(f"{arxiv_id.base} has no title.")
    comment, abstract = texts.get("comment", ""), texts.get("summary", "")
    published, updated = moment_of(texts.get("published", "")), moment_of(texts.get("updated", ""))
    return PaperRecord(
        arxiv_id=arxiv_id.base,
        version=arxiv_id.version,
        title=texts["title"],
        abstract=abstract,
        authors=tuple(_authors(entry)),
        categories=_categories(entry, primary),
        submitted_at=published,
        updated_at=updated,
        comment=comment,
        journal_ref=texts.get("journal_ref", ""),
        doi=first_doi(texts.get("doi", "")),
        is_withdrawn=says_withdrawn(comment, abstract),
        versions=_versions(arxiv_id.version, published, updated),
    )


def _authors(entry: etree._Element) -> Iterator[str]:
    for author in entry.iterchildren("{*}author"):
        if name := shown_name(author.findtext("{*}name") or ""):
            yield name


def _categories(entry: etree._Element, primary: etree._Element | None) -> tuple[str, ...]:
    first = [] if primary is None else [primary.get("term") or ""]
    others = [element.get("term") or "" for element in entry.iterchildren("{*}category")]
    return categories_of(first + others)


def _versions(
    number: int | None, published: datetime | None, updated: datetime | None
) -> tuple[VersionRecord, ...]:
    """`published` is the moment of the first version, `updated` that of the one answered."""
    if number is None:
        return ()
    first = (VersionRecord(1, published),)
    return first if number == 1 else (*first, VersionRecord(number, updated))


def _doubts(page: _Page) -> Iterator[str]:
    if page.total is None:
        yield "arXiv's API did not say how many papers there are: there may be more."
    elif page.total > MOST_OF_A_QUERY:
        yield (
            f"There are {page.total:,} papers, of which arXiv's API gives the first "
            f"{MOST_OF_A_QUERY:,}: ask for fewer days."
        )
    if page.is_of_days and any(later < sooner for sooner, later in pairwise(page.published)):
        yield "arXiv's API did not keep the order asked for: papers may be missing between pages."
