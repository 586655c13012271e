"""Papers as CSL JSON, which pandoc, Quarto, Zotero and every citation processor read.

It decides types and fields. Read more: the schema of CSL 1.0.2 (csl-data.json); preprints are
written as Zotero writes them: type `article`, `publisher` and `number` of the archive.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC

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

_TYPES = {
    Kind.PREPRINT: "article",
    Kind.JOURNAL: "article-journal",
    Kind.CONFERENCE: "paper-conference",
    # Not "document", for which older importers refuse the whole file.
    Kind.OTHER: "webpage",
}


def write(_head: Head, items: Iterable[Item]) -> Iterator[str]:
    """Yield one array of items, one a line; the format has no place for what `_head` says.

    `id` is `facts.key_of`; `note` keeps its line breaks, `keyword` holds the tags with ", "
    between, `custom` what CSL has no field for: `section`, `added` (ISO 8601).
    """
    parting = "[\n"
    for item in items:
        yield parting + json.dumps(_fields(item), ensure_ascii=False)
        parting = ",\n"
    yield "[]\n" if parting == "[\n" else "\n]\n"


def _fields(item: Item) -> dict[str, object]:
    reference = item.reference
    kind = kind_of(reference)
    section, added_at = one_line(item.section), item.added_at
    custom = {
        "section": section,
        "added": added_at.astimezone(UTC).isoformat(timespec="seconds") if added_at else "",
    }
    fields = {
        "id": key_of(reference),
        "type": _TYPES[kind],
        "title": one_line(to_text(reference.title)),
        "author": [_person(author) for author in reference.authors],
        "issued": {"date-parts": [list(dated(reference))]},
        "container-title": one_line(to_text(reference.journal_ref)),
        "publisher": "arXiv" if kind is Kind.PREPRINT and reference.arxiv_id else "",
        "number": eprint_of(reference),
        "DOI": doi_of(reference),
        "URL": address_of(reference),
        "abstract": one_line(to_text(reference.abstract)),
        "keyword": ", ".join(map(one_line, item.tags)),
        "note": "\n".join(lines_of(item.note)),
        "custom": {name: value for name, value in custom.items() if value},
    }
    return {name: value for name, value in fields.items() if value}


def _person(author: str) -> dict[str, str]:
    name = read_name(author)
    if not name.given:
        return {"literal": name.family}
    fields = {"family": name.family, "given": name.given, "suffix": name.suffix}
    return {part: text for part, text in fields.items() if text}
