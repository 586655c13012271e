"""Finds what names papers within running text: arXiv ids, DOIs, addresses.

It decides where a name ends in a sentence. Every pattern reads the text once. Read more: naming.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from papers.identifiers import normalise_doi, parse_arxiv_id
from readinglists.imports.naming import Names
from readinglists.imports.records import Name

_ADDRESS = r"https?://[^\s<>\"“”]{3,2000}"
_DOI = r"(?<![\w.])(?:doi\s*:\s*)?10\.\d{4,9}(?:\.\d{1,9})*/[^\s<>\"“”]{1,400}"
_NEW = r"(?<![\w./-])(?:arxiv\s*:\s*)?\d{4}\.\d{4,5}(?:v\d{1,4})?(?![\w]|\.\d)"
_OLD = (
    r"(?<![\w./-])(?:arxiv\s*:\s*)?[a-z-]{2,12}(?:\.[a-z]{2}(?:-[a-z]{1,6})?)?"
    r"/\d{7}(?:v\d{1,4})?(?!\w)"
)
_NAME = re.compile(
    f"(?P<address>{_ADDRESS})|(?P<doi>{_DOI})|(?P<new>{_NEW})|(?P<old>{_OLD})", re.IGNORECASE
)
_TRAILING = ".,;:!?'\u2019*_"
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Found:
    """`names` of what stands at `start` to `end`: several of an address that says more than one.

    Empty `names`: it is shaped like a name, but is none (`text` holds it).
    """

    start: int
    end: int
    text: str
    names: tuple[Name, ...]
    is_address: bool = False


def names_in(text: str) -> Iterator[Found]:
    """Each name in `text`, in order."""
    for match in _NAME.finditer(text):
        raw = _without_ending(match[0])
        end = match.start() + len(raw)
        if match["address"]:
            names = Names()
            names.add_url(raw)
            yield Found(match.start(), end, raw, names.pairs, is_address=True)
        else:
            yield Found(match.start(), end, raw, _named(match.lastgroup or "", raw))


def _named(kind: str, raw: str) -> tuple[Name, ...]:
    if kind == "doi":
        names = Names()
        try:
            names.add_doi(normalise_doi(raw))
        except ValueError:
            return ()
        return names.pairs
    try:
        return (("arxiv", parse_arxiv_id(raw).base),)
    except ValueError:
        return ()


def _without_ending(raw: str) -> str:
    """Without what ends the sentence or the bracket around it."""
    while raw:
        last = raw[-1]
        opening = _PAIRS.get(last)
        if last in _TRAILING or (opening and raw.count(last) > raw.count(opening)):
            raw = raw[:-1]
        else:
            return raw
    return raw
