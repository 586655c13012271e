"""Papers as RIS, which Zotero, EndNote, Mendeley and JabRef read.

It decides tags and types. A value is one line always: what looks like a tag at the beginning of a
line is one to every reader. Read more: "RIS Format Specifications" (Thomson Reuters 2011); the tags
of eprints are those that Zotero's RIS translator writes.
"""

from collections.abc import Iterable, Iterator

from papers.formats.facts import (
    Kind,
    address_of,
    dated,
    doi_of,
    eprint_of,
    key_of,
    kind_of,
)
from papers.formats.items import Head, Item
from papers.formats.lines import lines_of, one_line
from papers.formats.names import read_name
from papers.latex import to_text
from papers.references import Reference

# UNPB is "unpublished work": RIS knows no preprints, and readers make journal articles of GEN.
_TYPES = {
    Kind.PREPRINT: "UNPB",
    Kind.JOURNAL: "JOUR",
    Kind.CONFERENCE: "CPAPER",
    Kind.OTHER: "ELEC",
}


def write(_head: Head, items: Iterable[Item]) -> Iterator[str]:
    """Yield the records in order; the format has no place for what `_head` says.

    `ID` is `facts.key_of`; `AN` and `DB` are `arXiv:2603.00141` and `arXiv`, `DO` the DOI. Each
    line of a note is an `N1` of its own (without white space at its ends), each tag a `KW`, the
    section is `U1`. Lines end with CR LF.
    """
    for item in items:
        lines = [f"{tag}  - {one_line(value)}" for tag, value in _tags(item) if value is not None]
        note = [f"N1  - {line}" for line in lines_of(item.note)]
        yield "\r\n".join([*lines, *note, "ER  - ", "", ""])


def _tags(item: Item) -> Iterator[tuple[str, str | None]]:
    reference = item.reference
    year, month = dated(reference)
    yield "TY", _TYPES[kind_of(reference)]
    yield "ID", key_of(reference)
    yield "TI", to_text(reference.title)
    for author in reference.authors:
        yield "AU", _person(author)
    yield "PY", str(year)
    yield "DA", f"{year}/{month:02}/"
    yield "T2", to_text(reference.journal_ref) or None
    yield "AB", to_text(reference.abstract) or None
    yield "DO", doi_of(reference) or None
    yield from _at_arxiv(reference)
    yield "UR", address_of(reference)
    for tag in item.tags:
        yield "KW", tag
    yield "U1", item.section or None


def _at_arxiv(reference: Reference) -> Iterator[tuple[str, str | None]]:
    if reference.arxiv_id:
        yield "AN", eprint_of(reference)
        yield "DB", "arXiv"
        yield "PB", "arXiv" if kind_of(reference) is Kind.PREPRINT else None


def _person(author: str) -> str:
    name = read_name(author)
    return ", ".join(part for part in (name.family, name.given, name.suffix) if part)
