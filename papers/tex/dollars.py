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
