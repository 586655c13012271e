"""What of a record the tables can hold: a source's odd value must not cost a whole document.

It decides bounds only; it never looks at other papers. Longest values are those of papers/models.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from papers.feeds.records import (
    AnnouncementRecord,
    PaperRecord,
    SignalRecord,
    VersionRecord,
)

FIRST_DAY = date(1990, 1, 1)  # arXiv began in August 1991
DAYS_AHEAD = 2  # a day begins earlier elsewhere; one further off is a slip
LARGEST_VERSION = 32_767
LARGEST_VALUE = 2**31 - 1
LONGEST_CATEGORY = 40
LONGEST_LICENSE = 200
LONGEST_ADDRESS = 500
LONGEST_DOI = 300
MOST_KEYWORDS = 20
LONGEST_KEYWORD = 100
MOST_VERSIONS = 200  # the newest; arXiv's most revised papers have some fifty
_SCHEMES = ("https://", "http://")


def storable(record: PaperRecord, *, today: date) -> PaperRecord:
    """Return `record` without what cannot be stored: each such value counts as not given.

    NUL and lone surrogates leave the texts; a title of nothing else becomes the id. Days and
    moments before 1990 or more than two days after `today` are slips, and would sort above all.
    """
    return replace(
        record,
        title=_text(record.title).strip() or record.arxiv_id or record.doi or record.url,
        abstract=_text(record.abstract),
        authors=tuple(_text(name) for name in record.authors),
        comment=_text(record.comment),
        journal_ref=_text(record.journal_ref),
        categories=tuple(code for code in record.categories if len(code) <= LONGEST_CATEGORY),
        version=record.version if 1 <= (record.version or 0) <= LARGEST_VERSION else None,
        submitted_at=_moment(record.submitted_at, today),
        updated_at=_moment(record.updated_at, today),
        # A value that was cut would be another one: it is left out instead.
        license=_fitting(record.license, LONGEST_LICENSE),
        code_url=_address(record.code_url),
        project_url=_address(record.project_url),
        doi=_fitting(record.doi, LONGEST_DOI),
        url=_address(record.url),
        keywords=_keywords(record.keywords),
        versions=tuple(_versions(record.versions, today)),
        listed_on=record.listed_on if _is_likely(record.listed_on, today) else None,
        assumed_on=record.assumed_on if _is_likely(record.assumed_on, today) else None,
        announcements=tuple(a for a in record.announcements if _is_announceable(a, today)),
        signals=tuple(s for s in record.signals if _is_countable(s, today)),
    )


def _text(text: str) -> str:
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _fitting(text: str, longest: int) -> str:
    text = _text(text)
    return text if len(text) <= longest else ""


def _address(text: str) -> str:
    # Pages link it: nothing but the web's own schemes.
    return _fitting(text, LONGEST_ADDRESS) if text.startswith(_SCHEMES) else ""


def _keywords(words: tuple[str, ...]) -> tuple[str, ...]:
    cleaned = (_text(word).strip() for word in words)
    return tuple(word for word in cleaned if 0 < len(word) <= LONGEST_KEYWORD)[:MOST_KEYWORDS]


def _versions(versions: Iterable[VersionRecord], today: date) -> Iterator[VersionRecord]:
    for version in sorted(versions, key=lambda each: each.version)[-MOST_VERSIONS:]:
        if 1 <= version.version <= LARGEST_VERSION:
            size = version.size_bytes
            fits = size is not None and 0 <= size <= LARGEST_VALUE
            yield replace(
                version,
                size_bytes=size if fits else None,
                submitted_at=_moment(version.submitted_at, today),
            )


def _is_likely(day: date | None, today: date) -> bool:
    return day is not None and FIRST_DAY <= day <= today + timedelta(days=DAYS_AHEAD)


def _moment(moment: datetime | None, today: date) -> datetime | None:
    # Compared as written first: the year 1 in a zone east of Greenwich has no moment in UTC.
    if moment is None or moment.year < FIRST_DAY.year or moment.year > today.year + 1:
        return None
    return moment if _is_likely(moment.astimezone(UTC).date(), today) else None


def _is_announceable(announcement: AnnouncementRecord, today: date) -> bool:
    is_short = len(announcement.category) <= LONGEST_CATEGORY
    return is_short and _is_likely(announcement.announced_on, today)


def _is_countable(signal: SignalRecord, today: date) -> bool:
    return 0 <= signal.value <= LARGEST_VALUE and _is_likely(signal.observed_on, today)
