"""Which format a file is in, by what it holds first and by its name second; and reading it.

It runs in a process of its own (apart.py): no network, clock, settings or database. Read more: the
module of each format.
"""

import json
from collections.abc import Callable
from typing import Any

from papers.feeds.records import ParseError
from readinglists.imports import (
    arxiv_sanity,
    bibtex,
    bookmarks,
    csl,
    pasted,
    ris,
    table,
    zotero_rdf,
)
from readinglists.imports.charset import decode
from readinglists.imports.records import MOST_BYTES, N_, ImportedFile

FORMATS = {
    "bibtex": N_("BibTeX"),
    "ris": N_("RIS"),
    "csl": N_("CSL JSON"),
    "zotero_rdf": N_("Zotero RDF"),
    "table": N_("table (CSV)"),
    "arxiv_sanity": N_("tags of arxiv-sanity"),
    "bookmarks": N_("bookmarks of a browser"),
    "pasted": N_("text"),
}
_BINARY = {
    b"%PDF": N_("This is a PDF. Paste the arXiv id or the DOI that stands in it."),
    b"PK\x03\x04": N_("This is a ZIP file or an office document. Unpack it, or save it as CSV."),
    b"SQLite format 3": N_("This is a database. Export it as BibTeX, RIS or CSV."),
    b"\x1f\x8b": N_("This file is compressed. Unpack it first."),
    b"\x89PNG": N_("This is a picture."),
    b"\xff\xd8\xff": N_("This is a picture."),
    b"\x80\x04\x95": N_("This is a Python pickle, which could run programs. Export it as JSON."),
    b"\x80\x03}": N_("This is a Python pickle, which could run programs. Export it as JSON."),
}
Reader = Callable[[], ImportedFile]


def read(data: bytes, *, filename: str = "") -> ImportedFile:
    """The records of a file of any known format.

    Raises ParseError, in words for the reader, when nothing of it can be read: not a list of
    papers, too long, or whatever a format's module says.
    """
    if len(data) > MOST_BYTES:
        raise ParseError(N_("The file is larger than 20 MB."))
    for mark, words in _BINARY.items():
        if data.startswith(mark):
            raise ParseError(words)
    decoded = decode(data)
    text = decoded.text.removeprefix("\ufeff")
    if not text.strip("\0 \t\r\n"):
        raise ParseError(N_("The file is empty."))
    found = _reader(data, text, filename)()
    found.charset, found.is_guessed = decoded.charset, decoded.is_guessed
    if found.is_cut:
        found.say("", N_("Only the first 20,000 papers are read; the rest is left out."))
    if not found.records and not found.problems:
        raise ParseError(N_("The file names no papers."))
    return found


def _reader(data: bytes, text: str, filename: str) -> Reader:
    """The format that the text is in, or the one that its name says when that can be."""
    start = text.lstrip("\0 \t\r\n")[:1]
    if start in ("{", "[") and (by_json := _of_json(text, filename)):
        return by_json
    if start == "<":
        return _of_markup(data, text)
    if (shown := arxiv_sanity.load_shown(text)) is not None:
        return lambda: arxiv_sanity.read(shown)
    ending = filename.lower().rpartition(".")[2]
    # A note in Markdown may hold an entry of BibTeX.
    items = pasted.count_linked_items(text)
    if items and (ending in ("md", "markdown") or items >= bibtex.count_beginnings(text)):
        return lambda: pasted.read(text)
    # So may one in a table or in RIS: what comes first in the text counts.
    begins: dict[str, tuple[int | None, Reader]] = {
        "csv": (table.begins_at(text, filename), lambda: table.read(text)),
        "ris": (ris.begins_at(text), lambda: ris.read(text)),
        "bib": (bibtex.begins_at(text), lambda: bibtex.read(text)),
    }
    known = [(name != ending, at, name) for name, (at, _read) in begins.items() if at is not None]
    if known:
        return begins[min(known)[2]][1]
    if ending in ("csv", "tsv"):
        return lambda: _text_or_table(text)
    return lambda: pasted.read(text)


def _text_or_table(text: str) -> ImportedFile:
    """A table without a row of names may hold ids; else it is told what that row must name."""
    try:
        found = pasted.read(text)
    except ParseError:
        return table.read(text)
    return found if found.records else table.read(text)


def _of_json(text: str, filename: str) -> Reader | None:
    """None for text that only begins like JSON."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        if filename.lower().endswith(".json"):
            raise ParseError(N_("This JSON file breaks off or is not whole.")) from None
        return None
    if arxiv_sanity.looks_like(value) and not csl.looks_like(value):
        return lambda: arxiv_sanity.read(value)
    if csl.looks_like(value):
        return lambda: csl.read(value)
    if arxiv_sanity.is_ids(value):
        return lambda: arxiv_sanity.read({"": value})
    raise ParseError(N_("This JSON is neither CSL JSON nor a list of tags with arXiv ids."))


def _of_markup(data: bytes, text: str) -> Reader:
    if zotero_rdf.looks_like(text):
        return lambda: zotero_rdf.read(data)
    if bookmarks.looks_like(text):
        return lambda: bookmarks.read(text)
    if (shown := arxiv_sanity.load_shown(text)) is not None:
        return lambda: arxiv_sanity.read(shown)
    return lambda: pasted.read(text)
