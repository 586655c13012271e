"""What a search asks for, as a tree that prints back to the text one would type.

It decides how a question is written; never what it finds (compiler.py) nor what a text means
(language.py). Every node is frozen and can be compared. Read more: docs/search.md.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

TextField = Literal["ti", "abs", "au"]
Sort = Literal["relevance", "new", "trending", "votes", "stars", "citations"]
Scheme = Literal["id", "doi"]
Thing = Literal["code", "project", "doi"]
State = Literal["saved", "voted", "seen", "new"]
Counted = Literal["votes", "saves", "upvotes", "comments", "stars", "citations"]

# Read back as one value without quotation marks.
_YEAR = re.compile(r"199[1-9]|20\d\d")
_SIMPLE = re.compile(r"\w[\w./:-]*")

SORTS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True, slots=True)
class Word:
    """One word as typed. The index may cut it in several ("decoder-only"): then side by side.

    Without a field it is looked for in title, abstract and authors.
    """

    text: str
    field: TextField | None = None

    def __str__(self) -> str:
        return _in_field(self.text, self.field)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side, in this order; the text holds no quotation mark."""

    text: str
    field: TextField | None = None

    def __str__(self) -> str:
        return _in_field(f'"{self.text}"', self.field)


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so; `text` is without the asterisk."""

    text: str
    field: TextField | None = None

    def __str__(self) -> str:
        return _in_field(f"{self.text}*", self.field)


@dataclass(frozen=True, slots=True)
class InCategory:
    """A code as arXiv writes it (cs.CL), or an archive with its subjects (cs.*)."""

    code: str

    def __str__(self) -> str:
        return f"cat:{self.code}"


@dataclass(frozen=True, slots=True)
class Identified:
    """A base arXiv id, or a DOI in small letters."""

    scheme: Scheme
    value: str

    def __str__(self) -> str:
        return f"{self.scheme}:{_value(self.value)}"


@dataclass(frozen=True, slots=True)
class Dated:
    """Announced (else submitted) from `first` to `last`, both included; None: no bound."""

    first: date | None
    last: date | None

    def __str__(self) -> str:
        if self.first and self.last and (period := _period(self.first, self.last)):
            return f"date:{period}"
        return f"date:{self.first or ''}..{self.last or ''}"


@dataclass(frozen=True, slots=True)
class LastDays:
    """Announced today or on one of the days before it, `days` in all."""

    days: int

    def __str__(self) -> str:
        return f"date:last{self.days}d"


@dataclass(frozen=True, slots=True)
class Has:
    thing: Thing

    def __str__(self) -> str:
        return f"has:{self.thing}"


@dataclass(frozen=True, slots=True)
class FromSource:
    """Told of by this family of sources: arxiv, huggingface, feed, file or sample."""

    name: str

    def __str__(self) -> str:
        return f"source:{self.name}"


@dataclass(frozen=True, slots=True)
class Counts:
    """From `least` to `most`, both included; an unknown count satisfies no bound."""

    counted: Counted
    least: int | None
    most: int | None

    def __str__(self) -> str:
        if self.least is not None and self.most is not None:
            return f"{self.counted}:{self.least}..{self.most}"
        bound = f">={self.least}" if self.least is not None else f"<={self.most}"
        return f"{self.counted}:{bound}"


@dataclass(frozen=True, slots=True)
class InList:
    """In the reader's own list of this name, whatever the case of its letters."""

    name: str

    def __str__(self) -> str:
        return f"in:{_value(self.name)}"


@dataclass(frozen=True, slots=True)
class Is:
    """The reader saved it, voted for it, marked it as seen, or it is new to them."""

    state: State

    def __str__(self) -> str:
        return f"is:{self.state}"


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"

    def __str__(self) -> str:
        return f"-{_bracketed(self.part)}"


@dataclass(frozen=True, slots=True)
class And:
    """All of `parts`. With no part it asks for nothing and finds nothing."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """One of `parts` at least; two or more of them."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " OR ".join(str(part) for part in self.parts)


Term = Word | Phrase | Prefix
Filter = InCategory | Identified | Dated | LastDays | Has | FromSource | Counts | InList | Is
Node = Term | Filter | Not | And | Or

NOTHING = And(())


def year_beside_words(part: "Node", parts: Sequence["Node"]) -> int | None:
    """Return the year that a word says beside other words, as in "hinton 2015"; else None."""
    is_word = isinstance(part, Word) and part.field is None
    if not is_word or not _YEAR.fullmatch(str(part)):
        return None
    return int(str(part)) if any(isinstance(p, Term) and p is not part for p in parts) else None


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for the reader on what was not understood, and what was searched instead.

    `start` to `end` are the characters of the text as typed that it is about; equal: of none.
    """

    text: str
    start: int = 0
    end: int = 0

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Query:
    """`tree` is what is searched, in the order `sort` (None: none was asked for)."""

    tree: Node
    notes: tuple[Note, ...] = ()
    sort: Sort | None = None

    def __str__(self) -> str:
        text = str(self.tree)
        return f"{text} sort:{self.sort}".strip() if self.sort else text

    @property
    def is_empty(self) -> bool:
        return self.tree == NOTHING


def _in_field(text: str, field: TextField | None) -> str:
    return f"{field}:{text}" if field else text


def _value(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f'"{text}"'


def _period(first: date, last: date) -> str:
    """The year, the month or the day that begins and ends so; "" for any other span."""
    if first == last:
        return str(first)
    if last == date(first.year, 12, 31) and first == date(first.year, 1, 1):
        return str(first)[:4]
    month = (first.year, first.month)
    is_month = first.day == 1 and last.day == monthrange(*month)[1]
    return str(first)[:7] if is_month and month == (last.year, last.month) else ""


def _bracketed(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or) else str(node)
