"""The operators of the language: their names, and what their values may be.

It decides what one `field:value` means; never how parts are joined (language.py). Read more:
docs/search.md.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import get_args

from django.utils.translation import gettext as _

from papers.identifiers import ARCHIVES, normalise_doi, parse_arxiv_id
from papers.search.dates import parse_days
from papers.search.tree import (
    Counted,
    Counts,
    FromSource,
    Has,
    Identified,
    InCategory,
    InList,
    Is,
    Node,
    State,
    TextField,
    Thing,
)

TEXT_FIELDS: dict[str, TextField] = {
    "ti": "ti",
    "title": "ti",
    "abs": "abs",
    "abstract": "abs",
    "au": "au",
    "author": "au",
    "authors": "au",
}
SORT_FIELDS = frozenset({"sort", "order"})
# Fields whose value may be several, with a comma or a bar between: cat:cs.CL,cs.LG.
LISTED_FIELDS = frozenset({"cat", "category", "id", "arxiv", "has", "is", "source"})
SOURCES = ("arxiv", "huggingface", "feed", "file", "sample")

_THINGS: tuple[Thing, ...] = get_args(Thing)
_STATES: tuple[State, ...] = get_args(State)
_COUNTED: dict[str, Counted] = {name: name for name in get_args(Counted)}
_SINGULAR = {name.removesuffix("s"): counted for name, counted in _COUNTED.items()}
COUNT_FIELDS = frozenset({*_COUNTED, *_SINGULAR})
# Archives with subjects; the others are a category themselves.
_SUBDIVIDED_NAMES = "astro-ph cond-mat cs econ eess math nlin physics q-bio q-fin stat"
_SUBDIVIDED = frozenset(_SUBDIVIDED_NAMES.split())
_CATEGORY = re.compile(r"(?P<archive>[a-z-]+)(?:\.(?P<subject>[a-z-]{2,17}|\*))?", re.ASCII)
_NUMBER = re.compile(r"(?P<sign>>=|<=|>|<|=|)(?P<number>[0-9]{1,9})")
# What keyboards make of >=, <= and the dots of a range.
_AS_TYPED = {"\u2265": ">=", "\u2264": "<=", "\u2026": "..", "...": ".."}
_RANGE = re.compile(r"(?P<least>[0-9]{0,9})\.\.(?P<most>[0-9]{0,9})")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a field with its value asks for; `remark` says what was taken otherwise than typed."""

    node: Node
    remark: str = ""


def is_field(name: str) -> bool:
    """Whether `name`, in small letters, is an operator."""
    return name in TEXT_FIELDS or name in _FILTERS or name in SORT_FIELDS


def interpret(name: str, value: str, *, today: date) -> Meaning:
    """Return the filter that `name:value` means; `name` is in small letters, and no text field.

    Raises ValueError with the reason, in words, when the value is none for this field.
    """
    return _FILTERS[name](name, value, today)


def _category(name: str, value: str, today: date) -> Meaning:
    match = _CATEGORY.fullmatch(value.lower())
    if not match or match["archive"] not in ARCHIVES:
        raise ValueError(_("arXiv has no such category"))
    archive, subject = match["archive"], match["subject"]
    if subject in (None, "*"):
        return Meaning(InCategory(f"{archive}.*" if archive in _SUBDIVIDED else archive))
    return Meaning(InCategory(f"{archive}.{subject.upper() if len(subject) == 2 else subject}"))


def _arxiv(name: str, value: str, today: date) -> Meaning:
    try:
        return Meaning(Identified("id", parse_arxiv_id(value).base))
    except ValueError:
        raise ValueError(_("that is no arXiv id")) from None


def _doi(name: str, value: str, today: date) -> Meaning:
    try:
        return Meaning(Identified("doi", normalise_doi(value)))
    except ValueError:
        raise ValueError(_("that is no DOI")) from None


def _date(name: str, value: str, today: date) -> Meaning:
    value = _respelled(value)
    sign = {"since": ">=", "before": "<"}.get(name, "")
    return Meaning(*parse_days(f"{sign}{value}", today=today))


def _has(name: str, value: str, today: date) -> Meaning:
    for thing in _THINGS:
        if thing == value.lower():
            return Meaning(Has(thing))
    raise ValueError(_("has: knows only %(names)s") % {"names": ", ".join(_THINGS)})


def _is(name: str, value: str, today: date) -> Meaning:
    for state in _STATES:
        if state == value.lower():
            return Meaning(Is(state))
    raise ValueError(_("is: knows only %(names)s") % {"names": ", ".join(_STATES)})


def _in(name: str, value: str, today: date) -> Meaning:
    return Meaning(InList(value))


def _source(name: str, value: str, today: date) -> Meaning:
    source = {"hf": "huggingface"}.get(value.lower(), value.lower())
    if source not in SOURCES:
        raise ValueError(_("source: knows only %(names)s") % {"names": ", ".join(SOURCES)})
    return Meaning(FromSource(source))


def _count(name: str, value: str, today: date) -> Meaning:
    value = _respelled(value)
    counted = _COUNTED.get(name) or _SINGULAR[name]
    if match := _NUMBER.fullmatch(value):
        return Meaning(_one_bound(counted, match["sign"], int(match["number"])))
    match = _RANGE.fullmatch(value)
    if not match or not (match["least"] or match["most"]):
        raise ValueError(_("it needs a number, such as >10 or 5..20"))
    least = int(match["least"]) if match["least"] else None
    most = int(match["most"]) if match["most"] else None
    if least is not None and most is not None and least > most:
        remark = _("the larger number came first; both were exchanged")
        return Meaning(Counts(counted, most, least), remark)
    return Meaning(Counts(counted, least, most))


def _respelled(value: str) -> str:
    for typed, meant in _AS_TYPED.items():
        value = value.replace(typed, meant)
    return value


def _one_bound(counted: Counted, sign: str, number: int) -> Counts:
    match sign:
        case ">":
            return Counts(counted, number + 1, None)
        case ">=":
            return Counts(counted, number, None)
        case "<=":
            return Counts(counted, None, number)
        case "<" if number == 0:
            raise ValueError(_("no count is below 0"))
        case "<":
            return Counts(counted, None, number - 1)
        case _:
            return Counts(counted, number, number)


_Filter = Callable[[str, str, date], Meaning]
_FILTERS: dict[str, _Filter] = {
    **dict.fromkeys(("cat", "category"), _category),
    **dict.fromkeys(("id", "arxiv"), _arxiv),
    "doi": _doi,
    **dict.fromkeys(("date", "since", "before"), _date),
    "has": _has,
    "is": _is,
    **dict.fromkeys(("in", "list"), _in),
    "source": _source,
    **dict.fromkeys(COUNT_FIELDS, _count),
}
