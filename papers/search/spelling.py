"""One spelling for what people write in several ways: δ and delta, R² and R^2.

Decides what the index and a query take as the same; what is shown keeps its own spelling. Never
changes a word of plain letters. Read more: docs/decisions.md.
"""

import re
import unicodedata
from collections.abc import Sequence

_GREEK = "Ͱ-Ͽἀ-῿"
# One class of characters, which is searched quickly; what stands beside it is looked at then.
_PERHAPS = re.compile(rf"[{_GREEK}\u2100-\u214f\U0001d400-\U0001d7ff\^_]")
_GREEK_LETTER = re.compile(f"[{_GREEK}]")
_SHORT_NAME = re.compile(r"(?:^|[\W\d_])[^\W\d_]{1,2}$")


def spell(text: str) -> str:
    """Return `text` as it is to be analysed; most texts come back as they are."""
    if text.isascii() and "^" not in text and "_" not in text:
        return text
    return _PERHAPS.sub(_respelled, text)


def spell_with_places(text: str) -> tuple[str, Sequence[int]]:
    """Return `spell(text)` and, for each place in it, the place in `text`; the end included."""
    if text.isascii() and "^" not in text and "_" not in text:
        return text, range(len(text) + 1)
    spelled: list[str] = []
    places: list[int] = []
    at = 0
    for match in _PERHAPS.finditer(text):
        instead = _respelled(match)
        spelled += (text[at : match.start()], instead)
        places.extend(range(at, match.start()))
        # A passage that ends within the new spelling ends behind the old one.
        places.extend([match.start()] * min(len(instead), 1) + [match.end()] * (len(instead) - 1))
        at = match.end()
    places.extend(range(at, len(text) + 1))
    return "".join(spelled) + text[at:], places


def _respelled(match: re.Match[str]) -> str:
    character, text, at = match[0], match.string, match.start()
    before, after = text[max(at - 3, 0) : at], text[at + 1 : at + 2]
    if character in "^_":
        # R^2 and F_1, but not the names of programs and files.
        return "" if after.isdigit() and _SHORT_NAME.search(before) else character
    if _GREEK_LETTER.match(before[-1:]) or _GREEK_LETTER.match(after):
        # Greek words stay Greek: only a letter that stands alone is spoken by its name.
        return character
    return _name_of(character)


def _name_of(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    plain = plain if len(plain) == 1 else character
    # GREEK SMALL LETTER EPSILON WITH TONOS, GREEK LUNATE EPSILON SYMBOL, GREEK SMALL LETTER PI
    words = unicodedata.name(plain, "").partition(" WITH ")[0].removesuffix(" SYMBOL").split()
    return words[-1].lower() if words[:1] == ["GREEK"] and words[-1].isalpha() else plain
