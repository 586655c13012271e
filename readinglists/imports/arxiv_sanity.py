"""A reader's tags from arxiv-sanity and arxiv-sanity-lite, as JSON or as its pages show them.

It decides what is a tag with ids; the site's own files are pickles, which are never read. A tag is
the section of its papers. Read more: karpathy/arxiv-sanity-lite, serve.py (`tags_db`, `/add`).
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from papers.feeds.records import ParseError
from readinglists.imports.naming import Names
from readinglists.imports.records import N_, ImportedFile, ImportedRecord

# What adding a tag answers there: ok: {'rl': {'2106.01345', ...}}
_SHOWN = re.compile(r"\s*(?:ok:\s*)?\{\s*['\"]", re.IGNORECASE)
# A saved page: var papers = [{"id": "2106.01345", "utags": ["rl"], ...}];
_PAGE = re.compile(r"^[ \t]*var papers = (\[.*\]);?\s*$", re.MULTILINE)
_TAG_KEYS = ("tag", "name", "title", "label")
_ID_KEYS = ("pids", "ids", "papers", "arxiv_ids")
_PAPER_KEYS = ("id", "pid", "arxiv_id", "_rawid", "_id")
_UNTAGGED = ""
# Deeper than this no Python value is read: its reader calls itself.
_LONGEST_SHOWN = 2_000_000


def looks_like(value: object) -> bool:
    """Whether parsed JSON is {tag: [ids]}, {user: {tag: [ids]}} or a list of {tag, pids}."""
    groups = list(_groups(value))
    return bool(groups) and all(isinstance(ids, list | tuple) for _tag, ids in groups)


def load_shown(text: str) -> Any:
    """What a page of the site shows: its tags in Python's notation, or its list of papers.

    None where `text` is neither.
    """
    if page := _PAGE.search(text):
        try:
            return [_of_page(paper) for paper in json.loads(page[1]) if isinstance(paper, dict)]
        except ValueError as error:
            raise ParseError(N_("The list of papers in this page is not whole.")) from error
    match = _SHOWN.match(text)
    if match is None or len(text) > _LONGEST_SHOWN:
        return None
    try:
        return _plain(ast.literal_eval(text[text.index("{") :].strip()))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def read(value: object) -> ImportedFile:
    """Each tag's papers; `where` is "rl, 3rd": the tag and the place in it."""
    found = ImportedFile(format="arxiv_sanity")
    for tag, ids in _groups(value):
        for number, raw in enumerate(_sorted(ids), 1):
            where = f"{tag or '-'}, {number}"
            names = Names()
            title = _name(names, raw)
            if names.odd or not names.pairs:
                found.say(where, N_("This is no arXiv id."), ", ".join(names.odd) or str(raw)[:200])
            elif not found.add(ImportedRecord(where, names.pairs, title=title, section=tag)):
                return found
    return found


def _groups(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict):
                yield from _groups(inner)
            else:
                yield str(key), inner
    elif isinstance(value, list):
        yield from _listed(value)


def _listed(value: Iterable[object]) -> Iterator[tuple[str, Any]]:
    for item in value:
        if not isinstance(item, dict):
            yield _UNTAGGED, None
            continue
        tag = next((str(item[key]) for key in _TAG_KEYS if isinstance(item.get(key), str)), "")
        ids = next((item[key] for key in _ID_KEYS if isinstance(item.get(key), list)), None)
        yield tag, ids


def _name(names: Names, raw: object) -> str:
    """Take what names the paper; return its title, if it is said."""
    if isinstance(raw, dict):
        names.add_arxiv(next((str(raw[key]) for key in _PAPER_KEYS if raw.get(key)), ""))
        return str(raw.get("title") or "")
    names.add_arxiv(str(raw))
    return ""


def _sorted(ids: Any) -> list[Any]:
    return list(ids) if isinstance(ids, list | tuple) else [ids]


def _plain(value: Any) -> Any:
    """Python's sets have no order: theirs is that of the ids."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return value


def _of_page(paper: dict[str, Any]) -> dict[str, Any]:
    tags = paper.get("utags")
    tag = str(tags[0]) if isinstance(tags, list) and tags else ""
    return {"tag": tag, "pids": [{"id": paper.get("id"), "title": paper.get("title")}]}


def is_ids(value: object) -> bool:
    """Whether parsed JSON is nothing but a list of ids."""
    return isinstance(value, list) and bool(value) and all(isinstance(i, str) for i in value)
