"""Which letters the bytes of a file mean: UTF-8, UTF-16 with its mark, else Windows-1252.

It never fails and says whether it had to guess. Read more: Unicode 16, 2.6 (byte order marks).
"""

import codecs
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """`is_guessed` when nothing in the file says that it is `charset`."""

    text: str
    charset: str
    is_guessed: bool = False


def decode(data: bytes) -> Decoded:
    """The text of `data`; bytes that mean nothing become U+FFFD."""
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return Decoded(data[len(mark) :].decode(charset, "replace"), charset)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return Decoded(data.decode("cp1252", "replace"), "windows-1252", is_guessed=True)
