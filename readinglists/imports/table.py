"""Papers from tables (CSV, TSV): ours, Zotero's, and any with a column that names papers.

It decides which columns mean what, by their names in the first row, and takes off the apostrophe
that keeps spreadsheets from running a cell. Read more: RFC 4180; papers/formats/table.py.
"""

import csv
import io
import re
from collections.abc import Iterator

from papers.feeds.records import ParseError
from readinglists.imports.html_notes import note_text
from readinglists.imports.naming import Names
from readinglists.imports.records import (
    N_,
    ImportedFile,
    ImportedRecord,
    moment_in,
    split_tags,
    year_in,
)

_COLUMNS = {
    "arxiv": ("arxivid", "arxiv", "arxivids", "arxivnumber", "eprint", "pid", "paperid"),
    "doi": ("doi", "dois"),
    "url": ("url", "urls", "link", "links", "address", "href", "arxivurl", "paperurl", "pdf"),
    "title": ("title", "papertitle", "name", "paper"),
    "authors": ("authors", "author", "creators"),
    "year": ("year", "publicationyear", "date", "published"),
    "section": ("section", "folder", "collection", "group", "heading", "list"),
    "tags": ("tags", "manualtags", "tag", "keywords", "labels"),
    "note": ("note", "notes", "annotation", "comment", "comments", "annote"),
    "added": ("added", "dateadded", "addedat", "createdat", "created"),
    "extra": ("extra", "archivelocation", "number"),
}
_NAMING = ("arxiv", "doi", "url", "title")
_FORMULA = re.compile(r"'+[=+\-@\t\r]")
_DELIMITERS = (",", "\t", ";", "|")
_SEPARATOR_LINE = re.compile(r"\s*sep=(.)\r?\n", re.IGNORECASE)
LONGEST_CELL = 1_000_000
_ENDINGS = (".csv", ".tsv", ".tab")
Row = dict[str, str]


def begins_at(text: str, filename: str) -> int | None:
    """0 when the first row names columns, one of which names papers, else None."""
    header, _delimiter, _start = _header(text)
    columns = _columns(header)
    is_named = any(kind in columns for kind in _NAMING)
    is_table = len(header) > 1 or filename.lower().endswith(_ENDINGS)
    return 0 if is_named and is_table else None


def read(text: str) -> ImportedFile:
    """The rows in order; `where` is their line. Raises ParseError without a row of names."""
    found = ImportedFile(format="table")
    header, delimiter, start = _header(text)
    columns = _columns(header)
    if not any(kind in columns for kind in _NAMING):
        words = N_(
            "The first row of this table names no column such as arxiv_id, doi, url or title."
        )
        raise ParseError(words)
    is_zoteros = {"key", "itemtype"} <= set(_plain(header))
    for line, cells in _rows(found, text[start:], delimiter):
        row = {kind: _cell(cells, at) for kind, at in columns.items()}
        row |= {"zotero": ""} if is_zoteros and "note" in row else {}
        if any(row.values()) and not found.add(_record(found, f"line {line}", row)):
            break
    return found


def _header(text: str) -> tuple[list[str], str, int]:
    """The names in the first row, what separates cells, and where the table begins."""
    said = _SEPARATOR_LINE.match(text)
    start = said.end() if said else 0
    first = re.split(r"\r\n|\n|\r", text[start : start + 20_000].lstrip("\ufeff"), maxsplit=1)[0]
    delimiter = said[1] if said else max(_DELIMITERS, key=first.count)
    try:
        header = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:
        header = []
    return header, delimiter, start


def _columns(header: list[str]) -> dict[str, int]:
    names = _plain(header)
    return {
        kind: names.index(found)
        for kind, known in _COLUMNS.items()
        if (found := next((name for name in known if name in names), None))
    }


def _plain(header: list[str]) -> list[str]:
    return [re.sub(r"[^a-z0-9]", "", name.lower()) for name in header]


def _rows(found: ImportedFile, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter)
    is_first = True
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            found.say(
                f"line {line}", N_("From here on the table cannot be read: a cell has no end.")
            )
            return
        if not is_first:
            yield line, cells
        is_first = False
        line = reader.line_num + 1


def _cell(cells: list[str], at: int) -> str:
    cell = cells[at] if at < len(cells) else ""
    return cell[1:] if _FORMULA.match(cell) else cell


def _record(found: ImportedFile, where: str, row: Row) -> ImportedRecord:
    names = Names()
    names.add_arxiv(*_several(row.get("arxiv", "")))
    names.add_doi(row.get("doi", ""))
    names.add_url(*_several(row.get("url", "")))
    if not names.arxiv:
        names.mention_arxiv(row.get("extra", ""))
    for odd in names.odd:
        found.say(where, N_("This is neither an arXiv id nor a DOI nor an address."), odd)
    return ImportedRecord(
        where=where,
        names=names.pairs,
        title=row.get("title", ""),
        authors=_authors(row.get("authors", "")),
        year=year_in(row.get("year", "")),
        note=note_text(row["note"]) if "zotero" in row else row.get("note", ""),
        tags=split_tags(row.get("tags", "")),
        section=row.get("section", ""),
        added_at=moment_in(row.get("added", "")),
    )


def _several(cell: str) -> list[str]:
    return re.split(r"[\s;]+", cell.strip()) if len(cell) < 2_000 else []


def _authors(cell: str) -> tuple[str, ...]:
    """Parted by semicolons (Zotero: `Moor, Ada; Bell, B.`) or else by "and" or commas."""
    if ";" in cell:
        parts = cell.split(";")
    elif " and " in cell:
        parts = cell.replace(", and ", " and ").split(" and ")
    else:
        parts = [cell] if cell.count(",") == 1 else cell.split(",")
    return tuple(map(_turned, filter(None, (part.strip() for part in parts))))


def _turned(name: str) -> str:
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}" if comma and "," not in given else name
