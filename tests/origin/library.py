"""The papers that the origin knows, kept on disk; in memory only what finds them.

Decides on which day a paper counts as announced; never invents a date that the file lacks.
Read more: the schema of the lines is in the README, under `loadpapers`.
"""

import gzip
import io
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SATURDAY = 5
# An id this many months older than its announcement is shown as a replacement.
REPLACED_AFTER_MONTHS = 2

_FORBIDDEN_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class OriginPaper:
    arxiv_id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    published: str
    updated: str
    comment: str
    announced_on: date | None

    @property
    def is_replacement(self) -> bool:
        if self.announced_on is None or not re.match(r"\d{4}\.", self.arxiv_id):
            return False
        id_month = (2000 + int(self.arxiv_id[:2])) * 12 + int(self.arxiv_id[2:4])
        month = self.announced_on.year * 12 + self.announced_on.month
        return month - id_month >= REPLACED_AFTER_MONTHS

    @property
    def version(self) -> int:
        return 2 if self.is_replacement else 1


@dataclass(slots=True)
class _Place:
    offset: int
    length: int
    categories: tuple[str, ...]
    announced_on: date | None


def _open_file() -> io.BufferedRandom:
    return tempfile.TemporaryFile("w+b")


@dataclass
class Library:
    """Papers by id, and ids by day and category. Texts are read from a temporary file."""

    _file: io.BufferedRandom = field(default_factory=_open_file)
    _places: dict[str, _Place] = field(default_factory=dict)
    _ids_by_day: dict[date, list[str]] = field(default_factory=dict)
    _category_tuples: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Library":
        """From JSON lines, gzipped or not. Raises ValueError with the line that is no paper."""
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rb") as lines:
            return cls.from_lines(lines)

    @classmethod
    def from_papers(cls, papers: Iterable[dict[str, Any]]) -> "Library":
        return cls.from_lines(json.dumps(paper).encode() + b"\n" for paper in papers)

    @classmethod
    def from_lines(cls, lines: Iterable[bytes]) -> "Library":
        library = cls()
        for number, line in enumerate(lines, start=1):
            try:
                library._add(line)
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"Line {number} of the papers file is no paper: {error}") from None
        library._file.flush()
        return library

    def __len__(self) -> int:
        return len(self._places)

    def get(self, arxiv_id: str) -> OriginPaper | None:
        place = self._places.get(arxiv_id)
        return self._read(arxiv_id, place) if place else None

    def announced_on(self, day: date) -> list[OriginPaper]:
        return [self._read(key, self._places[key]) for key in self._ids_by_day.get(day, [])]

    def day_before(self, day: date) -> date:
        """The newest day before `day` on which anything was announced, else the day before."""
        earlier = [each for each in self._ids_by_day if each < day]
        return max(earlier, default=day - timedelta(days=1))

    def changes_until(self, day: date) -> list[tuple[date, str]]:
        """Each paper announced up to `day` with that day, oldest first, then by id."""
        days = sorted(each for each in self._ids_by_day if each <= day)
        return [(each, key) for each in days for key in sorted(self._ids_by_day[each])]

    def ids_until(self, day: date, *, since: date | None = None) -> Iterator[str]:
        """Ids announced up to `day` (and from `since`), oldest day first."""
        for each in sorted(self._ids_by_day):
            if (since is None or each >= since) and each <= day:
                yield from self._ids_by_day[each]

    def categories(self, arxiv_id: str) -> tuple[str, ...]:
        place = self._places.get(arxiv_id)
        return place.categories if place else ()

    def _add(self, line: bytes) -> None:
        fields = json.loads(line)
        if not isinstance(fields, dict):
            raise TypeError("it is not an object")
        seen = fields.get("first_seen")
        announced_on = next_listing(date.fromisoformat(seen)) if seen else None
        found = tuple(fields.get("categories") or ())
        categories = self._category_tuples.setdefault(found, found)
        arxiv_id = str(fields["arxiv_id"])
        self._places[arxiv_id] = _Place(self._file.tell(), len(line), categories, announced_on)
        self._file.write(line)
        if announced_on:
            self._ids_by_day.setdefault(announced_on, []).append(arxiv_id)

    def _read(self, arxiv_id: str, place: _Place) -> OriginPaper:
        fields = json.loads(os.pread(self._file.fileno(), place.length, place.offset))
        return OriginPaper(
            arxiv_id=arxiv_id,
            title=_text(fields.get("title")),
            abstract=_text(fields.get("abstract")),
            authors=tuple(_text(name) for name in fields.get("authors") or ()),
            categories=place.categories,
            published=_text(fields.get("published")),
            updated=_text(fields.get("updated")),
            comment=_text(fields.get("comment")),
            announced_on=place.announced_on,
        )


def next_listing(day: date) -> date:
    """`day`, or the Monday after it: nothing is announced on Saturdays and Sundays."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def _text(value: object) -> str:
    return _FORBIDDEN_IN_XML.sub("", value) if isinstance(value, str) else ""
