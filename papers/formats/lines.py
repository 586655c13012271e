"""Text as a file of lines can hold it: without what ends a line or steers a terminal."""

import re
import unicodedata

# Persian and Indic words are spelled with them; other format characters only turn text about.
_JOINERS = "\u200c\u200d"
_BREAK = re.compile(r"\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")


def one_line(text: str) -> str:
    """Return `text` in one line: each run of white space and control characters is one space."""
    if not text.isprintable():
        text = "".join(map(_kept, text))
    return " ".join(text.split())


def lines_of(text: str) -> list[str]:
    """Return the lines of `text` as it is written, without empty ones at its ends; [] for none.

    Every kind of line break counts, tabs become spaces, other control characters are left out.
    """
    lines = [_line(line) for line in _BREAK.split(text)]
    while lines and not lines[0]:
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    return lines


def _line(text: str) -> str:
    text = text.expandtabs(4)
    return (text if text.isprintable() else "".join(map(_kept, text))).rstrip()


def _kept(sign: str) -> str:
    if sign.isprintable() or sign in _JOINERS:
        return sign
    # Half of a surrogate pair is no character: no file in UTF-8 can hold it.
    return "" if unicodedata.category(sign) in ("Cf", "Cs") else " "
