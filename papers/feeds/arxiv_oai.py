"""arXiv's OAI-PMH answers: whole sets of papers by the day on which their record last changed.

Never says that a paper is new: most of a page are old papers whose record was touched, so a day
is only assumed, and only where nothing contradicts it. A page that breaks off is refused whole.
Read more: https://info.arxiv.org/help/oa/ and openarchives.org/OAI/openarchivesprotocol.html.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from lxml import etree

from papers.feeds.arxiv_fields import bytes_of, categories_of, first_doi
from papers.feeds.elements import iter_elements, name_of, read_mended
from papers.feeds.fetch import FetchedResponse, fetch
from papers.feeds.moments import day_of, midnight_of, moment_of_mail
from papers.feeds.names import join_name, split_written_authors
from papers.feeds.records import (
    ExpiredPositionError,
    PaperRecord,
    ParsedFeed,
    ParseError,
    VersionRecord,
)
from papers.feeds.text import clean, clean_url
from papers.feeds.withdrawals import says_withdrawn
from papers.identifiers import month_of, parse_arxiv_id

# A page took 29 to 67 seconds; arXiv's own advice is to wait.
FETCH_SECONDS = 180
PLAIN, RAW = "arXiv", "arXivRaw"
IDENTIFIER_PREFIX = "oai:arXiv.org:"
# A record that last changed longer after submission than this was not announced by that change.
LONGEST_WAY = timedelta(days=14)
# So many unreadable records and no other one are a changed format, not single faults.
MANY = 10
# Archives whose group is another: arXiv's set of hep-th is physics:hep-th.
PHYSICS = frozenset(
    ["astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin",
     "nucl-ex", "nucl-th", "physics", "quant-ph"]
)  # fmt: skip
_MEANINGS = {
    "badArgument": "it does not accept the question",
    "badVerb": "it does not know the verb",
    "cannotDisseminateFormat": "it does not offer the format",
    "idDoesNotExist": "it does not know the paper",
    "noSetHierarchy": "it has no sets",
}


def set_spec_of(category: str) -> str:
    """arXiv's set for a category or archive: `cs.AI` is `cs:cs:AI`, `hep-lat` `physics:hep-lat`.

    "" (everything) and what is a set already (`cs:cs`) stay as they are.
    """
    if not category or ":" in category:
        return category
    archive, _, name = category.partition(".")
    group = "physics" if archive in PHYSICS else archive
    return ":".join(part for part in (group, archive, name) if part)


def fetch_page(
    *,
    set_spec: str = "",
    prefix: str = RAW,
    first_on: date | None = None,
    last_on: date | None = None,
    position: str = "",
) -> FetchedResponse:
    """One page of records changed from `first_on` to `last_on` (UTC days, both included).

    With `position`, a resumption token, the rest is not sent: it is an exclusive argument
    (OAI-PMH 2.0, 3.5). Tokens die at midnight UTC. Raises FetchError.
    """
    if position:
        query = {"resumptionToken": position}
    else:
        query = {"metadataPrefix": prefix, "set": set_spec}
        query |= {"from": str(first_on or ""), "until": str(last_on or "")}
    asked = urlencode({name: value for name, value in query.items() if value})
    return fetch(
        f"{settings.ARXIV_OAI_URL}?verb=ListRecords&{asked}",
        total_seconds=FETCH_SECONDS,
        largest_bytes=settings.OAI_LARGEST_MB * 1_000_000,
    )


def parse(body: bytes, *, today: date) -> ParsedFeed:
    """The papers of one page, in the format arXiv or arXivRaw, as the answer shows.

    `position` is the token of the next page, `day` the (UTC) day of the answer, `deleted` the
    ids that are no more. An empty result (noRecordsMatch) is a feed without records. Raises
    ExpiredPositionError for a token that is not accepted any more, ParseError for any other
    error of the protocol and for what is no such answer.
    """
    page, problems = read_mended(
        lambda content: _read(content, today), body, whose="arXiv's OAI-PMH answer"
    )
    return ParsedFeed(
        records=tuple(page.records.values()),
        problems=tuple(problems + page.problems),
        position=page.position,
        day=page.day,
        deleted=tuple(page.deleted),
    )


@dataclass(slots=True)
class _Page:
    records: dict[str, PaperRecord] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    position: str = ""
    day: date | None = None
    place: int = 0


def _read(body: bytes, today: date) -> _Page:
    page = _Page()
    name = ""
    for element in iter_elements(body, "responseDate", "record", "resumptionToken", "error"):
        name = name_of(element)
        if name == "record":
            _add(page, element, today)
        elif name == "responseDate":
            page.day = day_of((element.text or "").strip()[:10])
        elif name == "resumptionToken":
            page.position = (element.text or "").strip()
        elif name == "error" and element.get("code") != "noRecordsMatch":
            raise _error(element)
    # The root comes last; a record of its own is no answer.
    if name != "OAI-PMH" or not _is_of_records(element):
        raise ParseError(f"arXiv did not answer with OAI-PMH records but with <{name}>.")
    if page.place >= MANY and not page.records and not page.deleted:
        raise ParseError(f"None of {page.place} OAI-PMH records can be read: {page.problems[0]}")
    return page


def _is_of_records(root: etree._Element) -> bool:
    return any(name_of(child) in ("ListRecords", "GetRecord", "error") for child in root)


def _error(element: etree._Element) -> ParseError:
    code = element.get("code") or "no code"
    said = clean(element.text or "")[:200]
    if code == "badResumptionToken":
        return ExpiredPositionError(f"arXiv's OAI-PMH does not accept the token any more: {said}")
    meaning = _MEANINGS.get(code, "it could not answer")
    return ParseError(f"arXiv's OAI-PMH says that {meaning} ({code}): {said}".rstrip(": "))


def _add(page: _Page, element: etree._Element, today: date) -> None:
    page.place += 1
    try:
        header, content = _parts(element)
        if header.is_deleted:
            page.deleted.append(parse_arxiv_id(header.identifier).base)
            return
        if content is None:
            raise ValueError(f"{header.identifier or 'it'} is in no format that is read.")
        record = _record(header, content, today)
    except ValueError as error:
        page.problems.append(f"Record {page.place} of the page was left out: {error}")
        return
    if record.arxiv_id in page.records:
        page.problems.append(f"{record.arxiv_id} is on the page twice; the later record counts.")
    page.records[record.arxiv_id] = record


@dataclass(slots=True)
class _Header:
    identifier: str = ""
    datestamp: date | None = None
    is_deleted: bool = False


def _parts(record: etree._Element) -> tuple[_Header, etree._Element | None]:
    header, content = _Header(), None
    for child in record:
        name = name_of(child)
        if name == "header":
            header.is_deleted = child.get("status") == "deleted"
            for line in child:
                if name_of(line) == "identifier":
                    header.identifier = (line.text or "").strip().removeprefix(IDENTIFIER_PREFIX)
                elif name_of(line) == "datestamp":
                    header.datestamp = day_of((line.text or "").strip()[:10])
        elif name == "metadata":
            content = next((each for each in child if name_of(each) in (PLAIN, RAW)), None)
    return header, content


def _record(header: _Header, content: etree._Element, today: date) -> PaperRecord:
    fields = {name_of(child): child for child in content}
    texts = {name: clean(child.text or "") for name, child in fields.items()}
    arxiv_id = parse_arxiv_id(texts.get("id", "") or header.identifier).base
    if not texts.get("title"):
        raise ValueError(f"{arxiv_id} has no title.")
    comment, abstract = texts.get("comments", ""), texts.get("abstract", "")
    dates = _raw_dates(content) if "version" in fields else _dates(texts, arxiv_id)
    return PaperRecord(
        arxiv_id=arxiv_id,
        version=dates.versions[-1].version if dates.versions else None,
        title=texts["title"],
        abstract=abstract,
        authors=_authors(fields.get("authors")),
        categories=categories_of(texts.get("categories", "").split()),
        submitted_at=dates.submitted_at,
        updated_at=dates.updated_at,
        comment=comment,
        journal_ref=texts.get("journal-ref", ""),
        license=clean_url(texts.get("license", ""))[:200],
        doi=first_doi(texts.get("doi", "")),
        is_withdrawn=dates.has_no_files or says_withdrawn(comment, abstract),
        versions=dates.versions,
        assumed_on=_assumed_on(arxiv_id, header.datestamp, dates, today),
    )


@dataclass(frozen=True, slots=True)
class _Dates:
    submitted_at: datetime | None
    updated_at: datetime | None
    is_only_version: bool
    versions: tuple[VersionRecord, ...] = ()
    has_no_files: bool = False


def _dates(texts: dict[str, str], arxiv_id: str) -> _Dates:
    """From the format arXiv, which has days only.

    Since 2025 `created` may be the day of the newest version: one after the id's month, the
    month of announcement, is not that of the first.
    """
    created, updated = day_of(texts.get("created", "")), day_of(texts.get("updated", ""))
    if created is not None and created >= _month_after(month_of(arxiv_id)):
        return _Dates(None, midnight_of(max(created, updated or created)), False)
    is_only_version = created is not None and updated in (None, created)
    return _Dates(midnight_of(created), midnight_of(updated), is_only_version)


def _raw_dates(content: etree._Element) -> _Dates:
    found: dict[int, VersionRecord] = {}
    files: dict[int, str] = {}
    for child in content.iterchildren("{*}version"):
        number = (child.get("version") or "").removeprefix("v")
        if number.isascii() and number.isdigit() and 0 < len(number) < 5:
            texts = {name_of(each): each.text or "" for each in child}
            submitted_at = moment_of_mail(texts.get("date", ""))
            size_bytes = bytes_of(texts.get("size", ""))
            found[int(number)] = VersionRecord(int(number), submitted_at, size_bytes)
            files[int(number)] = texts.get("source_type", "")
    versions = tuple(found[number] for number in sorted(found))
    first = found.get(1)
    return _Dates(
        submitted_at=first.submitted_at if first else None,
        updated_at=versions[-1].submitted_at if versions else None,
        is_only_version=len(versions) == 1 and first is not None,
        versions=versions,
        # arXiv's own server writes I for a version that was withdrawn.
        has_no_files=bool(versions) and "I" in files[versions[-1].version],
    )


def _authors(element: etree._Element | None) -> tuple[str, ...]:
    """From one element for each author, or from the one string of arXivRaw."""
    if element is None:
        return ()
    if not len(element):
        return tuple(split_written_authors(element.text or ""))
    names = []
    for author in element:
        parts = {name_of(part): part.text or "" for part in author}
        names.append(
            join_name(parts.get("keyname", ""), parts.get("forenames", ""), parts.get("suffix", ""))
        )
    return tuple(filter(None, names))


def _assumed_on(arxiv_id: str, datestamp: date | None, dates: _Dates, today: date) -> date | None:
    """The day on which a record last changed, where that was probably its announcement."""
    if datestamp is None or datestamp >= today or not dates.is_only_version:
        return None
    created_on = dates.submitted_at.date() if dates.submitted_at else None
    if created_on is None or not timedelta() <= datestamp - created_on <= LONGEST_WAY:
        return None
    month = month_of(arxiv_id)
    return datestamp if month <= datestamp < _month_after(_month_after(month)) else None


def _month_after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
