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

_QUOTES = '"“”„‟«»\uff02'
_OPERATORS: dict[str, Kind] = {"OR": "or", "|": "or", "||": "or", "AND": "and", "&&": "and"}
_FULL_WIDTH = str.maketrans({"\uff1a": ":", "\uff0a": "*", "\uff08": "(", "\uff09": ")"})
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
    """Yield the parts of `text` in order; every character but white space is in one of them."""
    text = text.translate(_FULL_WIDTH)
    place = 0
    while place < len(text):
        if _is_space(text[place]):
            place += 1
            continue
        token = _next_token(text, place)
        yield token
        place = token.end


def clean(text: str) -> str:
    """Return `text` composed (NFC) on one line; what cannot be stored becomes white space."""
    seen = "".join(" " if _is_space(character) else character for character in text)
    return " ".join(unicodedata.normalize("NFC", seen).split())


def _next_token(text: str, place: int) -> Token:
    sign = text[place]
    if sign in _QUOTES:
        return _quoted(text, place)
    if sign == "(":
        return Token("open", sign, place, place + 1)
    if sign == ")":
        return Token("close", sign, place, place + 1)
    if sign in "-+" and (signed := _signed(text, place)):
        return signed
    end = _end_of_word(text, place)
    word = text[place:end]
    if word == "NOT":
        return Token("not", word, place, end)
    return Token(_OPERATORS.get(word, "word"), clean(word), place, end)


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
    kind: Kind = "not" if text[end - 1] == "-" else "and"
    return Token(kind, text[place:end], place, end)


def _end_of_word(text: str, place: int) -> int:
    """Brackets that open and close within a word belong to it, as in f(x)."""
    opened: list[int] = []
    end = len(text)
    for at in range(place, len(text)):
        character = text[at]
        is_end = _is_space(character) or character in _QUOTES
        if is_end or (character == ")" and not opened):
            end = at
            break
        if character == "(":
            if _FIELD_AT_END.fullmatch(text, place, at):
                return at
            opened.append(at)
        elif character == ")":
            opened.pop()
    return opened[0] if opened else end


def _is_space(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cs")
