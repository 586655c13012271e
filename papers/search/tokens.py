"""Cuts the text of a search into words, phrases, brackets and signs, each with its place.

It decides where a part begins and ends; never what a part means (language.py, fields.py). Read
more: docs/search.md.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["word", "phrase", "open", "close", "not", "or", "and", "unclosed"]

_QUOTES = '"“”„‟«»'
_OPERATORS: dict[str, Kind] = {
    **dict.fromkeys(("OR", "|", "||"), "or"),
    **dict.fromkeys(("AND", "&&"), "and"),
    "NOT": "not",
}
# The signs, digits and letters of ASCII as East Asian keyboards write them, one for one.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Marks of direction, joiners and soft hyphens that come along with pasted text.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))
_UNSEEN |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# A field whose value comes in quotes or brackets: the word ends with the colon.
_FIELD_AT_END = re.compile(r"[A-Za-z]{2,12}:[<>=]*")


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is as it is searched (composed, without quotes); `start` to `end` as typed."""

    kind: Kind
    text: str
    start: int
    end: int


def tokenise(text: str) -> Iterator[Token]:
    """Yield the parts of `text` in order; only white space and joining signs are in none."""
    text = text.translate(_FULL_WIDTH)
    partners = _partners(text)
    place = 0
    while place < len(text):
        if _is_space(text[place]) or ord(text[place]) in _UNSEEN or _joins(text, place):
            place += 1
            continue
        token = _next_token(text, place, partners)
        yield token
        place = token.end


def _joins(text: str, place: int) -> bool:
    """Whether a sign joins a word to a bracket or quote before it, as in (LLM)-based."""
    return text[place] in "-+" and text[:place].rstrip("-+")[-1:] in (*_QUOTES, ")")


def clean(text: str) -> str:
    """Return `text` composed (NFC) on one line, without characters that nobody sees.

    What cannot be stored becomes white space.
    """
    seen = "".join(" " if _is_space(sign) else sign for sign in text.translate(_UNSEEN))
    return " ".join(unicodedata.normalize("NFC", seen).split())


def alternatives(word: str) -> list[str]:
    """The parts of `word` between its vertical bars; bars in brackets, as in p(x|y), are none."""
    parts = [""]
    depth = 0
    for sign in word:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth <= 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part for index, part in enumerate(parts) if part or index in (0, len(parts) - 1)]


def _next_token(text: str, place: int, partners: dict[int, int]) -> Token:
    sign = text[place]
    if sign in _QUOTES:
        return _quoted(text, place)
    if sign == "(":
        return Token("open", sign, place, place + 1)
    if sign == ")":
        return Token("close", sign, place, place + 1)
    if sign == "|" and text[place - 1 : place] in (*_QUOTES, ")"):
        return Token("or", sign, place, place + 1)
    if sign in "-+" and (signed := _signed(text, place)):
        return signed
    end = _end_of_word(text, place, partners)
    word = clean(text[place:end])
    return Token(_OPERATORS.get(word, "word"), word, place, end)


def _quoted(text: str, place: int) -> Token:
    end = next((at for at in range(place + 1, len(text)) if text[at] in _QUOTES), None)
    if end is None:
        return Token("unclosed", text[place], place, place + 1)
    return Token("phrase", clean(text[place + 1 : end]), place, end + 1)


def _signed(text: str, place: int) -> Token | None:
    """A minus or plus before what it is about; None where it stands by itself."""
    end = place
    while end < len(text) and text[end] in "-+":
        end += 1
    if end == len(text) or _is_space(text[end]) or text[end] == ")":
        return None
    kind: Kind = "not" if "-" in text[place:end] else "and"
    return Token(kind, text[place:end], place, end)


def _end_of_word(text: str, place: int, partners: dict[int, int]) -> int:
    """Brackets that open and close within a word belong to it, as in f(x).

    A bar before a quotation mark or a bracket does not.
    """
    for at in range(place, len(text)):
        sign = text[at]
        if sign in _QUOTES:
            return place + (len(text[place:at].rstrip("|")) or 1)
        if _is_space(sign) or (sign == ")" and partners.get(at, -1) < place):
            return at
        if sign == "(" and (
            at not in partners or text[at - 1] == "|" or _FIELD_AT_END.fullmatch(text, place, at)
        ):
            return place + (len(text[place:at].rstrip("|")) or 1)
    return len(text)


def _partners(text: str) -> dict[int, int]:
    """The place of the other bracket of each pair that has no space or quote between."""
    partners: dict[int, int] = {}
    opened: list[int] = []
    for at, sign in enumerate(text):
        if sign == "(":
            opened.append(at)
        elif sign == ")" and opened:
            partners[at] = opened.pop()
            partners[partners[at]] = at
        elif sign in _QUOTES or _is_space(sign):
            opened.clear()
    return partners


def _is_space(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cs")
