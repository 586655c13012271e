"""Papers from RIS files (EndNote, Mendeley, publishers).

It decides which tags name a paper and which are a reader's own words. Line ends are not told by the
format: a line without a tag continues the one before. Read more: rispy;
https://en.wikipedia.org/wiki/RIS_(file_format); papers/formats/ris.py (what we write).
"""

import re
from collections.abc import Iterator
from string import ascii_uppercase, digits
from typing import Any, ClassVar

from rispy.parser import RisParser

from readinglists.imports.naming import Names
from readinglists.imports.records import (
    N_,
    ImportedFile,
    ImportedRecord,
    moment_in,
    split_tags,
    year_in,
)

_LOOKS_LIKE = re.compile(r"^TY {1,2}- ?[A-Z]", re.ASCII | re.MULTILINE)
_TAG = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: |$)", re.ASCII)
# Where an opening stands before the first record: programs put a line or two there.
_OPENING_CHARACTERS = 2_000
_WHERE = "where"
_TAGS = [_WHERE, *(a + b for a in ascii_uppercase for b in ascii_uppercase + digits)]
_JOURNALS = ("JO", "JF", "T2", "J2", "PB", "ID")


def begins_at(text: str) -> int | None:
    """Where the first record stands, near the beginning, or None."""
    found = _LOOKS_LIKE.search(text, 0, _OPENING_CHARACTERS)
    return found.start() if found else None


def read(text: str) -> ImportedFile:
    """The records of `text` in order; `where` is the line of a record's TY."""
    found = ImportedFile(format="ris")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for values in _Parser().parse_lines(_whole(found, lines)):
        if not found.add(_record(found, values)):
            break
    return found


class _Parser(RisParser):  # type: ignore[misc]
    """Each tag under its own name, always with a list: rispy's names differ between programs."""

    DEFAULT_MAPPING = {tag: tag for tag in _TAGS}
    DEFAULT_LIST_TAGS = _TAGS
    DEFAULT_DELIMITER_MAPPING: ClassVar[dict[str, str]] = {}

    def parse_line(self, line: str) -> tuple[str | None, str]:
        if line.startswith("\0"):
            return _WHERE, line[1:]
        match = _TAG.match(line)
        return (match[1], line[match.end() :].strip()) if match else (None, line.strip())


def _whole(found: ImportedFile, lines: list[str]) -> Iterator[str]:
    """The lines with every record ended, also where the next begins or the file breaks off.

    After each TY follows a line that says its number.
    """
    is_open = False
    for number, raw in enumerate(lines, 1):
        line = raw.replace("\0", "")
        tag = match[1] if (match := _TAG.match(line)) else ""
        if tag == "TY":
            if is_open:
                yield "ER  - "
            is_open = True
            yield line
            yield f"\0{number}"
        elif tag == "ER":
            if is_open:
                yield line
            is_open = False
        elif is_open:
            yield line
        elif line.strip():
            found.say(f"line {number}", N_("This line stands outside of any record."), line)
    if is_open:
        yield "ER  - "


def _record(found: ImportedFile, values: dict[str, Any]) -> ImportedRecord:
    where = f"line {_first(values, _WHERE)}"
    names = _names(values)
    for odd in names.odd:
        found.say(where, N_("This is neither an arXiv id nor a DOI nor an address."), odd)
    return ImportedRecord(
        where=where,
        names=names.pairs,
        title=" ".join(_all(values, "TI") or _all(values, "T1") or _all(values, "CT")),
        authors=tuple(map(_turned, _all(values, "AU") or _all(values, "A1"))),
        year=year_in(_first(values, "PY", "Y1", "DA")),
        note=_note(values),
        tags=tuple(tag for line in _all(values, "KW") for tag in split_tags(line)),
        section=_first(values, "U1"),
        added_at=moment_in(_first(values, "Y2").replace("/", "-")),
    )


def _all(values: dict[str, Any], tag: str) -> list[str]:
    return [str(value) for value in values.get(tag, ()) if str(value).strip()]


def _first(values: dict[str, Any], *tags: str) -> str:
    return next((value for tag in tags for value in _all(values, tag)), "")


def _names(values: dict[str, Any]) -> Names:
    names = Names()
    names.add_doi(*_all(values, "DO"), *(v for v in _all(values, "M3") if v.startswith("10.")))
    for tag in ("UR", "L1", "L2", "LK"):
        names.add_url(*(value for line in _all(values, tag) for value in line.split(";")))
    names.mention_arxiv(*(value for tag in ("AN", "M1", "C7") for value in _all(values, tag)))
    names.mention_where_published(*(value for tag in _JOURNALS for value in _all(values, tag)))
    if not names.pairs:  # a reader's note may well name another paper
        names.mention_arxiv(*_all(values, "N1"))
    return names


def _note(values: dict[str, Any]) -> str:
    return "\n".join(str(line) for line in values.get("N1", ()))


def _turned(name: str) -> str:
    """`van der Berg, Ada, Jr.` as `Ada van der Berg, Jr.`"""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 2:
        return f"{parts[1]} {parts[0]}".strip()
    return f"{parts[1]} {parts[0]}, {parts[2]}" if len(parts) == 3 else name
