"""What of a record the site can hold: a source's odd value must not cost a whole document.

It decides bounds only; it never looks at other papers. Longest values are those of papers/models.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

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
# Beyond what papers have: one of these is on every card, and all are read by the search.
LONGEST_TITLE = 2_000
LONGEST_TEXT = 100_000
LONGEST_NAME = 1_000
MOST_AUTHORS = 20_000  # the most that arXiv names are some 5,000, a medical trial's 15,000
LONGEST_CATEGORY = 40
LONGEST_LICENSE = 200
LONGEST_ADDRESS = 500
LONGEST_DOI = 300
MOST_KEYWORDS = 20
LONGEST_KEYWORD = 100
MOST_VERSIONS = 200  # the newest; arXiv's most revised papers have some fifty
# NUL, and what turns the text around it about: Unicode's embeddings, overrides and isolates.
_UNWANTED = dict.fromkeys([0, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_SCHEMES = ("https://", "http://")


def storable(record: PaperRecord, *, today: date) -> PaperRecord:
    """Return `record` without what cannot be stored: each such value counts as not given.

    NUL, lone surrogates and signs that turn text about leave the texts; a title of nothing else
    becomes the id. Texts of an absurd length are cut, and of authors the first 20,000 are kept.
    Days and moments before 1990 or more than two days after `today` are slips, and would sort
    above all.
    """
    # Nearly every record is storable as it is, and making another one costs more than looking.
    changed = dict(_slips(record, today + timedelta(days=DAYS_AHEAD)))
    if "title" in changed or not record.title:
        name = record.arxiv_id or changed.get("doi", record.doi) or changed.get("url", record.url)
        changed["title"] = changed.get("title") or name
    return replace(record, **changed) if changed else record


def _slips(record: PaperRecord, last: date) -> Iterator[tuple[str, Any]]:
    for name, bound in _BOUNDS.items():
        value = getattr(record, name)
        if value or value == 0:
            bounded = bound(value, last)
            if bounded != value:
                yield name, bounded


def _text(text: str, _last: date | None = None) -> str:
    return _cut(_clean(text), LONGEST_TEXT)


def _clean(text: str) -> str:
    if text.isascii() and "\x00" not in text:
        return text
    return text.translate(_UNWANTED).encode("utf-8", "replace").decode("utf-8")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _title(text: str, _last: date) -> str:
    return _cut(_clean(text).strip(), LONGEST_TITLE)


def _names(names: tuple[str, ...], _last: date) -> tuple[str, ...]:
    return tuple([_cut(_clean(name), LONGEST_NAME) for name in names[:MOST_AUTHORS]])


# A value that was cut would be another one: it is left out instead.
def _fitting(text: str, longest: int) -> str:
    text = _clean(text)
    return text if len(text) <= longest else ""


def _license(text: str, _last: date) -> str:
    return _fitting(text, LONGEST_LICENSE)


def _doi(text: str, _last: date) -> str:
    return _fitting(text, LONGEST_DOI)


def _address(text: str, _last: date) -> str:
    # Pages link it: nothing but the web's own schemes.
    return _fitting(text, LONGEST_ADDRESS) if text.startswith(_SCHEMES) else ""


def _categories(codes: tuple[str, ...], _last: date) -> tuple[str, ...]:
    return tuple(code for code in codes if _is_code(code))


def _is_code(code: str) -> bool:
    return 0 < len(code) <= LONGEST_CATEGORY and code.isascii() and code.isprintable()


def _keywords(words: tuple[str, ...], _last: date) -> tuple[str, ...]:
    cleaned = (_clean(word).strip() for word in words)
    return tuple(word for word in cleaned if 0 < len(word) <= LONGEST_KEYWORD)[:MOST_KEYWORDS]


def _version(version: int, _last: date) -> int | None:
    return version if 1 <= version <= LARGEST_VERSION else None


def _versions(versions: tuple[VersionRecord, ...], last: date) -> tuple[VersionRecord, ...]:
    newest = sorted(versions, key=lambda each: each.version)[-MOST_VERSIONS:]
    return tuple(_bounded_version(each, last) for each in newest if _version(each.version, last))


def _bounded_version(version: VersionRecord, last: date) -> VersionRecord:
    size, submitted_at = version.size_bytes, version.submitted_at
    bounded_size = size if size is not None and 0 <= size <= LARGEST_VALUE else None
    bounded_at = _moment(submitted_at, last) if submitted_at else None
    if (bounded_size, bounded_at) == (size, submitted_at):
        return version
    return VersionRecord(version.version, bounded_at, bounded_size)


def _is_likely(day: date, last: date) -> bool:
    return FIRST_DAY <= day <= last


def _day(day: date, last: date) -> date | None:
    return day if _is_likely(day, last) else None


def _moment(moment: datetime, last: date) -> datetime | None:
    # Compared as written first: the year 1 in a zone east of Greenwich has no moment in UTC.
    if moment.year < FIRST_DAY.year or moment.year > last.year + 1:
        return None
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return moment if _is_likely(in_utc.date(), last) else None


def _announcements(
    announcements: tuple[AnnouncementRecord, ...], last: date
) -> tuple[AnnouncementRecord, ...]:
    return tuple(
        each
        for each in announcements
        if _is_code(each.category) and _is_likely(each.announced_on, last)
    )


def _signals(signals: tuple[SignalRecord, ...], last: date) -> tuple[SignalRecord, ...]:
    return tuple(
        each
        for each in signals
        if 0 <= each.value <= LARGEST_VALUE and _is_likely(each.observed_on, last)
    )


# The fields that may need it; each is given the last day that is no slip.
_BOUNDS: dict[str, Callable[[Any, date], Any]] = {
    "title": _title,
    "abstract": _text,
    "authors": _names,
    "comment": _text,
    "journal_ref": _text,
    "categories": _categories,
    "version": _version,
    "submitted_at": _moment,
    "updated_at": _moment,
    "license": _license,
    "code_url": _address,
    "project_url": _address,
    "doi": _doi,
    "url": _address,
    "keywords": _keywords,
    "versions": _versions,
    "listed_on": _day,
    "assumed_on": _day,
    "found_on": _day,
    "announcements": _announcements,
    "signals": _signals,
}
