"""Words for pictures: which the font can show, and where their lines break.

The font is Source Serif Pro (SIL Open Font License): Latin, Greek and Cyrillic, and some maths. It
has no letters of other scripts, so words in those are not drawn at all, rather than as boxes.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from itertools import islice

from PIL import ImageFont

BOLD, SEMIBOLD, REGULAR = "Bold", "Semibold", "Regular"
LONGEST_TEXT = 400
_ELLIPSIS = "…"
_NO_CHARACTER = "\U0010fffd"  # private use: no font has it, so it looks like what is missing


class CannotBeDrawnError(ValueError):
    """The text has letters that the font lacks."""


@lru_cache(maxsize=32)
def font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    """Return the font of a weight; `size` in pixels. Raises OSError where it is not installed."""
    # Not the .ttf beside it: its hints make "…" as wide as one dot.
    path = files("font_source_serif_pro") / "files" / f"SourceSerifPro-{weight}.otf"
    return ImageFont.truetype(str(path), size)


def drawable(text: str) -> str:
    """Return the text in one line as the font can show it.

    Signs that it lacks become their plain form (² is 2); else they go, if they are pictures or
    invisible, or become "…", if they are maths. Raises CannotBeDrawnError for letters and digits.
    """
    shown = "".join(map(_shown, unicodedata.normalize("NFC", text[:LONGEST_TEXT])))
    return " ".join(shown.split())


def wrap(text: str, face: ImageFont.FreeTypeFont, width: int, most_lines: int) -> tuple[str, ...]:
    """Return lines no wider than `width` pixels; the last ends in "…" where the text is longer."""
    lines = list(islice(_lines(text, face, width), most_lines + 1))
    if len(lines) <= most_lines:
        return tuple(lines)
    return (*lines[: most_lines - 1], _cut(lines[most_lines - 1], face, width))


def _lines(text: str, face: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    line = ""
    for word in _pieces(text, face, width):
        longer = f"{line} {word}" if line else word
        if face.getlength(longer) <= width:
            line = longer
            continue
        if line:
            yield line
        line = word
    if line:
        yield line


def _pieces(text: str, face: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    """The words; what is wider than a line alone is broken where the line ends."""
    for word in text.split():
        rest = word
        while face.getlength(rest) > width:
            fits = max(1, _how_many_fit(rest, face, width))
            yield rest[:fits]
            rest = rest[fits:]
        if rest:
            yield rest


def _how_many_fit(word: str, face: ImageFont.FreeTypeFont, width: float) -> int:
    low, high = 0, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if face.getlength(word[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(line: str, face: ImageFont.FreeTypeFont, width: int) -> str:
    room = width - face.getlength(_ELLIPSIS)
    return line[: _how_many_fit(line, face, room)].rstrip(" ,;:.") + _ELLIPSIS


@lru_cache(maxsize=4096)
def _shown(sign: str) -> str:
    if sign.isspace() or _has(sign):
        return sign if not sign.isspace() else " "
    plain = unicodedata.normalize("NFKC", sign)
    if plain != sign and all(map(_has, plain)):
        return plain
    kind = unicodedata.category(sign)
    if kind[0] in "LN":
        raise CannotBeDrawnError(f"the font lacks {sign!r}")
    return _ELLIPSIS if kind == "Sm" else ""


def _has(sign: str) -> bool:
    return sign.isprintable() and _look(sign) != _look(_NO_CHARACTER)


def _look(sign: str) -> tuple[tuple[int, int], bytes]:
    # The font's table of characters is not to be had from Pillow: what looks missing is.
    mask = font(REGULAR, 24).getmask(sign)
    return mask.size, bytes(mask)
