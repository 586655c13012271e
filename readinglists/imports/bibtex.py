"""Papers from BibTeX and BibLaTeX files, as reference managers and publishers write them.

It decides which fields name a paper and which are a reader's own words; broken entries are told
and the next is read. Read more: bibtexparser 2; papers/formats/bibtex.py (what we write).
"""

import logging
import re
from itertools import islice

from bibtexparser.library import Library
from bibtexparser.middlewares import (
    RemoveEnclosingMiddleware,
    ResolveStringReferencesMiddleware,
)
from bibtexparser.model import (
    Block,
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    ParsingFailedBlock,
)
from bibtexparser.splitter import Splitter

from readinglists.imports.naming import Names
from readinglists.imports.records import (
    MOST_RECORDS,
    N_,
    ImportedFile,
    ImportedRecord,
    moment_in,
    split_tags,
    year_in,
)
from readinglists.imports.tex import plain

# It logs each broken entry at length.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL + 1)

_LOOKS_LIKE = re.compile(r"^[ \t]*@[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
_STARTS = re.compile(
    r"@(?:(?:comment|string|preamble)\b|\w+[ \t]*[{(][^\s,={}()\"@]{0,300}[ \t]*,)", re.IGNORECASE
)
_BEGINNING = re.compile(r"@\w*[ \t]*[{(]")
MOST_BEGINNINGS = 3 * MOST_RECORDS
_NOT_PAPERS = frozenset(("comment", "string", "preamble", "control", "xdata"))
# Not after more white space: at each of many blanks it would read all the rest of them.
_AND = re.compile(r"(?<!\s)\s+and\s+", re.IGNORECASE)
_NOTES = ("annote", "annotation", "comment", "review")
_SECTIONS = ("x-section", "groups", "mendeley-groups")
_ADDED = ("timestamp", "date-added", "date_added", "added", "owner-date")
_MENTIONS = ("journal", "journaltitle", "howpublished", "note", "number", "volume", "pages")


class _Splitter(Splitter):
    """An entry begins with a key and a comma: "@foo (bar)" in a note that has lines is none."""

    def _is_at_line_start(self, pos: int) -> bool:
        return bool(_STARTS.match(self.bibstr, pos)) and super()._is_at_line_start(pos)


def begins_at(text: str) -> int | None:
    """Where the first entry stands, or None."""
    found = _LOOKS_LIKE.search(text)
    return found.start() if found else None


def count_beginnings(text: str) -> int:
    return sum(1 for _found in _LOOKS_LIKE.finditer(text))


def read(text: str) -> ImportedFile:
    """The entries of `text` in order; `where` is "line 12 (moor2024)"."""
    found = ImportedFile(format="bibtex")
    text = _not_too_much(found, text.replace("\r\n", "\n").replace("\r", "\n"))
    library = _Splitter(text).split()
    for block in _resolved(library).blocks:
        entry = _entry_of(block)
        if entry is None:
            _say_broken(found, block)
        elif entry.entry_type.lower() not in _NOT_PAPERS and not found.add(_record(found, entry)):
            break
    return found


def _not_too_much(found: ImportedFile, text: str) -> str:
    """Each beginning, broken or not, costs the library some 2 kB."""
    begun = next(islice(_BEGINNING.finditer(text), MOST_BEGINNINGS, None), None)
    if begun is None:
        return text
    found.say("", N_("The file has too many entries; from here on they are left out."), begun[0])
    return text[: begun.start()]


def _resolved(library: Library) -> Library:
    for middleware in (ResolveStringReferencesMiddleware, RemoveEnclosingMiddleware):
        library = middleware(allow_inplace_modification=True).transform(library)
    return library


def _entry_of(block: Block) -> Entry | None:
    if isinstance(block, Entry):
        return block
    # Two papers may have one key in a file; and a field that stands twice is no harm.
    if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock):
        inner = block.ignore_error_block
        return inner if isinstance(inner, Entry) else None
    return None


def _say_broken(found: ImportedFile, block: Block) -> None:
    if not isinstance(block, ParsingFailedBlock):
        return
    where = f"line {(block.start_line or 0) + 1}"
    found.say(
        where,
        N_("This entry is broken: a brace, a comma or an equals sign is missing."),
        block.raw or "",
    )


def _record(found: ImportedFile, entry: Entry) -> ImportedRecord:
    values = {field.key.strip().lower(): _text(field.value) for field in reversed(entry.fields)}
    where = f"line {(entry.start_line or 0) + 1} ({entry.key})"
    names = _names(values)
    for odd in names.odd:
        found.say(where, N_("This is neither an arXiv id nor a DOI nor an address."), odd)
    return ImportedRecord(
        where=where,
        names=names.pairs,
        title=plain(values.get("title", "")),
        authors=_authors(values.get("author") or values.get("editor", "")),
        year=year_in(values.get("year") or values.get("date", "")),
        note=_note(values),
        tags=split_tags(plain(values.get("keywords") or values.get("keyword", ""))),
        section=plain(_first(values, _SECTIONS)),
        added_at=moment_in(_first(values, _ADDED)),
    )


def _text(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return text if text.strip() else ""


def _first(values: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((values[key] for key in keys if values.get(key)), "")


def _names(values: dict[str, str]) -> Names:
    names = Names()
    archive = plain(values.get("archiveprefix") or values.get("eprinttype") or "arxiv").lower()
    if archive == "arxiv":
        names.add_arxiv(plain(values.get("eprint", "")))
    names.add_arxiv(plain(values.get("arxivid") or values.get("arxiv", "")))
    names.add_doi(_verbatim(values.get("doi", "")))
    for address in (values.get("url", ""), values.get("howpublished", "")):
        address = _verbatim(address)
        if "://" in address:
            names.add_url(address[address.index("http") :] if "http" in address else address)
    names.mention_where_published(*(plain(values[key]) for key in _MENTIONS if key in values))
    return names


def _verbatim(value: str) -> str:
    r"""A DOI or an address: `\url{...}` and escapes undone, but "~" and spaces as they are."""
    return plain(value.replace("~", r"\textasciitilde{}"))


def _note(values: dict[str, str]) -> str:
    note = plain(_first(values, _NOTES))
    if note:
        return note
    other = plain(values.get("note", ""))
    names = Names()
    # "arXiv:1706.03762 [cs]" says nothing of the reader's own.
    return "" if names.mention_arxiv(other) and len(other) < 60 else other


def _authors(value: str) -> tuple[str, ...]:
    names = [" ".join(plain(name).split()) for name in _apart(value)]
    return tuple(_turned(name) for name in names if name and name.lower() != "others")


def _apart(value: str) -> list[str]:
    """Split at "and" outside braces."""
    parts, start, depth = [], 0, 0
    for match in re.finditer(r"\\.|[{}]|(?<!\s)\s+and\s+", value, re.IGNORECASE | re.DOTALL):
        if match[0] in "{}":
            depth += 1 if match[0] == "{" else -1
        elif depth <= 0 and _AND.fullmatch(match[0]):
            parts.append(value[start : match.start()])
            start = match.end()
    return [*parts, value[start:]]


def _turned(name: str) -> str:
    """`van der Berg, Jr., Ada` as `Ada van der Berg, Jr.`"""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 2:
        return f"{parts[1]} {parts[0]}".strip()
    return f"{parts[2]} {parts[0]}, {parts[1]}" if len(parts) == 3 else name
