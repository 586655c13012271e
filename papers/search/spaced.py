"""Puts a span typed with spaces together: date:2026-03-01 .. 2026-03-31 is one condition.

It decides which parts of a search belong to one span; never what the span means (dates.py,
fields.py). Read more: docs/search.md.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from papers.search.fields import COUNT_FIELDS
from papers.search.tokens import Token

_DAY, _NUMBER = r"\d{4}(?:-\d{1,2}){0,2}", r"\d{1,9}"
_DOTS = r"\.\.\.?|\u2026"
# The parts with one space between them. With the dots at the end of a word (date:2026.. 3) the next
# one is a word of its own, for so a tree prints the two; it never prints these.
_SPANS = (
    rf"(?:date): ?(?:{_DAY} )?(?:{_DOTS})(?: ?{_DAY})?",
    rf"(?:date): ?{_DAY} [-\u2013\u2014] {_DAY}",
    rf"(?:{'|'.join(sorted(COUNT_FIELDS))}): ?(?:{_NUMBER} )?(?:{_DOTS})(?: ?{_NUMBER})?",
)
_SPAN = re.compile("|".join(_SPANS), re.ASCII | re.IGNORECASE)
_MOST_PARTS = 4
_SIGN_BETWEEN = re.compile(r" ?([-\u2013\u2014]) ")
_OPEN = re.compile(rf"(?:date|{'|'.join(COUNT_FIELDS)}):\d[\d-]*(?:{_DOTS})", re.IGNORECASE)
_BOUND = re.compile(rf"{_DAY}|{_NUMBER}", re.ASCII)


def with_spans_joined(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Return `tokens`, those of a span with spaces in it as one word."""
    joined: list[Token] = []
    place = 0
    while place < len(tokens):
        some = _span_at(tokens, place)
        joined.append(_as_one(some) if some else tokens[place])
        place += len(some) or 1
    return tuple(joined)


def bounds_apart(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    """Yield each open span with the number right after it that may have been meant as its end."""
    for span, following in pairwise(tokens):
        if _OPEN.fullmatch(span.text) and _BOUND.fullmatch(following.text):
            yield span, following


def _span_at(tokens: Sequence[Token], place: int) -> Sequence[Token]:
    """The tokens of the span that begins at `place`, as many as possible; none for no span."""
    if ":" not in tokens[place].text:
        return ()
    for count in range(_MOST_PARTS, 1, -1):
        some = tokens[place : place + count]
        are_words = len(some) == count and all(token.kind == "word" for token in some)
        if are_words and _SPAN.fullmatch(" ".join(token.text for token in some)):
            return some
    return ()


def _as_one(tokens: Sequence[Token]) -> Token:
    text = " ".join(token.text for token in tokens)
    text = _SIGN_BETWEEN.sub("..", text).replace(" ", "")
    return Token("word", text, tokens[0].start, tokens[-1].end)
