"""Reads a papers file: JSON lines, gzipped or not, one paper a line; for `manage.py loadpapers`.

It decides what a line must say to be a paper, and names in words what is wrong with one that does
not; it never stores anything. The fields are those of `_record`; the README lists them.
"""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BufferedReader
from pathlib import Path
from typing import Any

from papers.feeds.records import AnnouncementRecord, PaperRecord
from papers.feeds.text import clean, clean_name, is_category
from papers.feeds.withdrawals import says_withdrawn
from papers.identifiers import parse_arxiv_id

LONGEST_LINE_BYTES = 1_000_000


class NotAPapersFile(Exception):
    """The file cannot be read (further); the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a `record`, or the `problem` in words. `read_bytes` of the file lie behind it."""

    number: int
    read_bytes: int
    record: PaperRecord | None = None
    problem: str = ""


def read_lines(path: Path) -> Iterator[Line]:
    """Yield every line that is not blank, numbered from 1, never more than one in memory.

    Raises NotAPapersFile when the file cannot be opened, is no text, or ends in the middle.
    """
    number = 0
    try:
        with path.open("rb") as raw, _unpacked(raw) as lines:
            while data := lines.readline(LONGEST_LINE_BYTES):
                number += 1
                if len(data) == LONGEST_LINE_BYTES and not data.endswith(b"\n"):
                    _skip_rest(lines)
                    yield Line(number, raw.tell(), problem="It is longer than a million bytes.")
                elif data.strip():
                    yield _read_line(number, raw.tell(), data)
    except (EOFError, zlib.error) as error:
        raise NotAPapersFile(f"{path} is cut off or damaged after line {number}.") from error
    except gzip.BadGzipFile as error:
        raise NotAPapersFile(f"{path} holds no JSON lines, gzipped or not.") from error
    except OSError as error:
        raise NotAPapersFile(f"{path} cannot be read: {error.strerror or error}.") from error


def _unpacked(raw: BufferedReader) -> BufferedReader | gzip.GzipFile:
    """`raw` itself where it begins as a line of JSON does, else unpacked."""
    start = raw.peek(1)[:1]
    return raw if start in (b"{", b"[", b"\n", b" ") else gzip.GzipFile(fileobj=raw)


def _skip_rest(lines: BufferedReader | gzip.GzipFile) -> None:
    while (data := lines.readline(LONGEST_LINE_BYTES)) and not data.endswith(b"\n"):
        pass


def _read_line(number: int, read_bytes: int, data: bytes) -> Line:
    try:
        return Line(number, read_bytes, record=parse_line(data))
    except ValueError as error:
        return Line(number, read_bytes, problem=str(error))


def parse_line(data: bytes) -> PaperRecord:
    """Return the paper that one line tells; raises ValueError in words.

    A day in `first_seen` counts as the day on which the paper was announced: new in its primary
    category, cross-listed in the others.
    """
    try:
        fields = json.loads(data)
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise ValueError("It is not JSON.") from None
    if not isinstance(fields, dict):
        raise ValueError("It is not a JSON object.")
    return _record(fields)


def _record(fields: dict[str, Any]) -> PaperRecord:
    title = clean(_text(fields, "title"))
    if not title:
        raise ValueError("It has no title.")
    # arXiv puts ACM and MSC classes ("I.2.7", "68T07") into the same list; they are left out.
    codes = (clean(code) for code in _texts(fields, "categories"))
    categories = tuple(dict.fromkeys(code for code in codes if is_category(code)))
    first_seen = _moment(fields, "first_seen")
    listed_on = first_seen.date() if first_seen else None
    abstract, comment = clean(_text(fields, "abstract")), clean(_text(fields, "comment"))
    return PaperRecord(
        arxiv_id=parse_arxiv_id(_text(fields, "arxiv_id")).base,
        title=title,
        abstract=abstract,
        authors=tuple(filter(None, map(clean_name, _texts(fields, "authors")))),
        categories=categories,
        submitted_at=_moment(fields, "published"),
        updated_at=_moment(fields, "updated"),
        comment=comment,
        # Of arXiv's own words; where they are missing, the file cannot tell.
        is_withdrawn=says_withdrawn(comment, abstract) or None,
        listed_on=listed_on,
        announcements=_announcements(categories, listed_on),
    )


def _announcements(categories: tuple[str, ...], day: date | None) -> tuple[AnnouncementRecord, ...]:
    if day is None:
        return ()
    return tuple(
        AnnouncementRecord(code, day, "cross" if number else "new")
        for number, code in enumerate(categories)
    )


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"Its {name} is not text.")
    return value


def _texts(fields: dict[str, Any], name: str) -> list[str]:
    value = fields.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"Its {name} are not a list of texts.")
    return value


def _moment(fields: dict[str, Any], name: str) -> datetime | None:
    """A day counts from its midnight, UTC, as does a moment without an offset."""
    text = _text(fields, name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"Its {name}, {text[:40]!r}, is not a day or a moment.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
