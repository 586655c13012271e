"""Decides where maths begins and ends among dollars, of which many are money.

A pair is maths unless it looks like two amounts or holds a sentence. Never looks further than
LONGEST_MATHS characters. Read more: docs/decisions.md.
"""

import re
from dataclasses import dataclass

LONGEST_MATHS = 2000
# A dollar that lost its partner would swallow prose up to the next one.
MOST_PROSE_WORDS = 5

_NEXT_DOLLAR = re.compile(r"\\.|\$", re.DOTALL)
_AMOUNT = re.compile(r"\d[\d,.]*")
_COMMANDED = re.compile(r"\\[A-Za-z]+\*?(?:\s*\{[^{}]*\})?|\\.")
_PROSE = re.compile(r"(?<![A-Za-z\\^_{])(?:[a-z]{3,}|[A-Z][a-z]{2,})(?![A-Za-z({^_=])")
_MATHS_SIGN = re.compile(r"\\[A-Za-z]|[\^_=<>|]")


@dataclass(frozen=True, slots=True)
class Maths:
    """`source` between the dollars, `end` the place behind the last one; `block` for `$$`."""

    source: str
    end: int
    block: bool


def maths_at(text: str, at: int, end: int) -> Maths | None:
    """Return the maths that the dollar at `at` opens in `text` up to `end`, None for none."""
    if text.startswith("$$", at):
        closing = text.find("$$", at + 2, min(end, at + LONGEST_MATHS))
        inside = text[at + 2 : max(closing, 0)].strip()
        if inside and not _is_money(inside, ""):
            return Maths(inside, closing + 2, block=True)
        return None
    closing = _closing(text, at + 1, min(end, at + LONGEST_MATHS))
    if closing < 0:
        return None
    inside = text[at + 1 : closing]
    if not inside.strip() or _is_money(inside, text[closing + 1 : closing + 2]):
        return None
    return Maths(inside.strip(), closing + 1, block=False)


def before_maths(text: str, at: int) -> int:
    """Return `at`, or where the maths begins that a cut of `text` at `at` would go through."""
    for opener, closer in (("\\(", "\\)"), ("\\[", "\\]")):
        opened = text.rfind(opener, 0, at)
        if opened >= 0 and text.find(closer, opened, at) < 0 <= text.find(closer, at):
            return opened
    dollar = text.find("$")
    while 0 <= dollar < at:
        maths = maths_at(text, dollar, len(text))
        if maths is not None and maths.end > at:
            return dollar
        dollar = text.find("$", dollar + 1 if maths is None else maths.end)
    return at


def _closing(text: str, start: int, end: int) -> int:
    for match in _NEXT_DOLLAR.finditer(text, start, end):
        if match[0] == "$":
            return match.start()
    return -1


def _is_money(inside: str, following: str) -> bool:
    words = len(_PROSE.findall(_COMMANDED.sub(" ", inside)))
    if words > MOST_PROSE_WORDS:
        return True
    if _MATHS_SIGN.search(inside):
        return words >= 2 and _AMOUNT.match(inside) is not None
    if _AMOUNT.match(inside):
        return words > 0 or following.isdigit() or inside.endswith(" ")
    return words > 1 or (inside[0] in " )/," and words > 0)
