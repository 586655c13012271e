"""Papers from CSL JSON (Zotero, Pandoc, Crossref, and what we write).

It decides which fields name a paper and which are a reader's own words. Read more:
https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html; papers/formats/csl.py.
"""

import json
import re
from typing import Any

from papers.feeds.records import ParseError
from readinglists.imports.naming import Names
from readinglists.imports.records import (
    N_,
    ImportedFile,
    ImportedRecord,
    moment_in,
    split_tags,
    year_in,
)

_MARKUP = re.compile(r"</?(?:i|b|sub|sup|span)(?: [^<>]*)?>")
_KEYS = frozenset(("title", "DOI", "URL", "author", "issued", "type", "number", "note"))


def looks_like(value: object) -> bool:
    """Whether parsed JSON is CSL: a list of objects with its keys, or one within "items"."""
    items = _items(value)
    return bool(items) and any(
        isinstance(item, dict) and _KEYS & item.keys() for item in items[:20]
    )


def load(text: str) -> Any:
    """What JSON `text` holds. Raises ParseError in words."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise ParseError(N_("This file begins like JSON but breaks off.")) from error


def read(value: object) -> ImportedFile:
    """The items in order; `where` is "item 3 (key)"."""
    found = ImportedFile(format="csl")
    for number, item in enumerate(_items(value), 1):
        where = f"item {number}"
        if not isinstance(item, dict):
            found.say(where, N_("This is no record of a paper."), str(item)[:500])
        elif not found.add(_record(found, where, item)):
            break
    return found


def _items(value: object) -> list[Any]:
    if isinstance(value, dict):
        inner = value.get("items")
        return inner if isinstance(inner, list) else [value]
    return value if isinstance(value, list) else []


def _record(found: ImportedFile, where: str, item: dict[str, Any]) -> ImportedRecord:
    key = _text(item, "id") or _text(item, "citation-key")
    where = f"{where} ({key})" if key else where
    names = _names(item)
    for odd in names.odd:
        found.say(where, N_("This is neither an arXiv id nor a DOI nor an address."), odd)
    custom = item.get("custom")
    custom = custom if isinstance(custom, dict) else {}
    return ImportedRecord(
        where=where,
        names=names.pairs,
        title=_MARKUP.sub("", _text(item, "title")),
        authors=_authors(item.get("author")),
        year=_year(item.get("issued")),
        note=_text(item, "note") or _text(item, "annote"),
        tags=_tags(item.get("keyword"), custom.get("tags")),
        section=_text(custom, "section"),
        added_at=moment_in(_text(custom, "added") or _text(custom, "added_at")),
    )


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    if isinstance(value, list) and value:
        value = value[0]
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _names(item: dict[str, Any]) -> Names:
    names = Names()
    names.add_doi(_text(item, "DOI"))
    for key in ("arxiv", "arxiv_id", "arXiv"):
        names.add_arxiv(_text(item, key))
    names.mention_arxiv(*(_text(item, key) for key in ("number", "archive_location", "id")))
    names.add_url(_text(item, "URL"))
    names.mention_where_published(_text(item, "container-title"))
    if not names.pairs:  # a reader's note may well name another paper
        names.mention_arxiv(_text(item, "note"))
    return names


def _authors(value: object) -> tuple[str, ...]:
    people = value if isinstance(value, list) else []
    names = [_person(person) for person in people if isinstance(person, dict)]
    return tuple(name for name in names if name)


def _person(person: dict[str, Any]) -> str:
    if literal := _text(person, "literal"):
        return literal
    parts = ("given", "dropping-particle", "non-dropping-particle", "family")
    name = " ".join(text for part in parts if (text := _text(person, part)))
    suffix = _text(person, "suffix")
    return f"{name}, {suffix}" if suffix else name


def _year(issued: object) -> int | None:
    if not isinstance(issued, dict):
        return year_in(str(issued)) if isinstance(issued, str | int) else None
    parts = issued.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
        return year_in(str(parts[0][0]))
    return year_in(str(issued.get("raw") or issued.get("literal") or ""))


def _tags(keyword: object, own: object) -> tuple[str, ...]:
    if isinstance(own, list):
        return tuple(str(tag) for tag in own)
    if isinstance(keyword, list):
        return tuple(str(tag) for tag in keyword)
    return split_tags(keyword) if isinstance(keyword, str) else ()
