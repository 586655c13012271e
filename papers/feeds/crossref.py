"""What publishers tell Crossref of one paper, by its DOI.

It decides which of Crossref's many dates and titles are the paper's. arXiv's own DOIs are not there
(DataCite has them). Read more: https://api.crossref.org/swagger-ui/index.html (GET /works/{doi})
and the format: https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from papers.feeds.fetch import FetchedResponse, fetch
from papers.feeds.markup import text_of
from papers.feeds.moments import midnight_of
from papers.feeds.names import join_name, shown_name
from papers.feeds.records import FetchError, PaperRecord, ParsedFeed, ParseError
from papers.feeds.text import clean_url, opening
from papers.identifiers import normalise_doi, parse_arxiv_id

LARGEST_BYTES = 3_000_000
UNKNOWN = 404
MOST_AUTHORS = 5_000
MOST_KEYWORDS = 20
DATES = ("published-online", "published-print", "published", "posted", "issued")
RELATIONS = ("has-preprint", "is-preprint-of", "is-version-of", "has-version", "is-identical-to")

_MAIL = re.compile(r"[^@\s:/]+@[^@\s:/]+")


def fetch_work(doi: str) -> FetchedResponse:
    """Crossref's entry of `doi` as JSON. Raises FetchError, with status 404 for an unknown one.

    Whoever says how they can be reached is answered by machines with more room.
    """
    contact = settings.CONTACT.removeprefix("mailto:")
    query = f"?{urlencode({'mailto': contact})}" if _MAIL.fullmatch(contact) else ""
    address = f"{settings.CROSSREF_URL}/{quote(doi, safe='/')}{query}"
    try:
        return fetch(address, largest_bytes=LARGEST_BYTES)
    except FetchError as error:
        if error.status != UNKNOWN:
            raise
        raise FetchError(f"Crossref does not know the DOI {doi}.", status=UNKNOWN) from error


def parse(body: bytes) -> ParsedFeed:
    """The one paper of the entry; none, with the reason in `problems`, when it has no title.

    Raises ParseError when the body is no entry of Crossref.
    """
    work = _work(body)
    titles = work.get("title")
    title = text_of(next((text for text in _strings(titles) if text.strip()), ""))
    try:
        doi = normalise_doi(_string(work, "DOI"))
    except ValueError as error:
        raise ParseError(f"Crossref's entry has no DOI: {error}") from error
    if not title:
        return ParsedFeed((), (f"Crossref's entry of {doi} has no title.",))
    return ParsedFeed((_record(work, doi, title),))


def _work(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"Crossref did not answer in JSON: {opening(body)}.") from error
    message = answer.get("message") if isinstance(answer, dict) else None
    if not isinstance(message, dict):
        raise ParseError("Crossref did not answer with an entry.")
    return message


def _record(work: dict[str, Any], doi: str, title: str) -> PaperRecord:
    published_on = _published_on(work)
    return PaperRecord(
        arxiv_id=_arxiv_id(work.get("relation")),
        title=title,
        abstract=text_of(_string(work, "abstract")),
        authors=tuple(_authors(work.get("author")))[:MOST_AUTHORS],
        submitted_at=midnight_of(published_on),
        journal_ref=text_of(next(_strings(work.get("container-title")), "")),
        license=_license(work.get("license")),
        doi=doi,
        url=clean_url(_string(work, "URL")),
        keywords=_keywords(work),
    )


def _keywords(work: dict[str, Any]) -> tuple[str, ...]:
    words = dict.fromkeys(text_of(word) for word in _strings(work.get("subject")))
    return tuple(word for word in words if 0 < len(word) <= 100)[:MOST_KEYWORDS]


def _strings(value: object) -> Iterator[str]:
    yield from (
        each for each in (value if isinstance(value, list) else []) if isinstance(each, str)
    )


def _string(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    yield from (
        each for each in (value if isinstance(value, list) else []) if isinstance(each, dict)
    )


def _authors(authors: object) -> Iterator[str]:
    for author in _dicts(authors):
        family, given = _string(author, "family"), _string(author, "given")
        name = join_name(family, given, _string(author, "suffix")) if family else ""
        if name := name or shown_name(_string(author, "name")):  # a group has a name alone
            yield name


def _published_on(work: dict[str, Any]) -> date | None:
    """The first date that names at least a year; a month or day not given is the first."""
    for name in DATES:
        field = work.get(name)
        parts = field.get("date-parts") if isinstance(field, dict) else None
        first = parts[0] if isinstance(parts, list) and parts else None
        if isinstance(first, list) and first and all(type(each) is int for each in first[:3]):
            with suppress(ValueError, OverflowError):
                return date(*(*first[:3], 1, 1)[:3])
    return None


def _license(licenses: object) -> str:
    return next((clean_url(_string(each, "URL")) for each in _dicts(licenses)), "")[:200]


def _arxiv_id(relation: object) -> str:
    """The arXiv id that the publisher names as a preprint of this paper, "" when none."""
    fields = relation if isinstance(relation, dict) else {}
    for name in RELATIONS:
        for other in _dicts(fields.get(name)):
            try:
                return parse_arxiv_id(_string(other, "id")).base
            except ValueError:
                continue
    return ""
