"""Cleans what sources send into text that can be stored: never markup, never escaping.

Nothing here decides what a field means; pages escape on output, so "<" stays "<".
Read more: the limits are those of Postgres (no NUL, no lone surrogate) and of papers/models.
"""

import re
import unicodedata
from urllib.parse import urlsplit

LONGEST_URL = 500

_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z]+(?:-[A-Za-z]+)?)?")
# Unstorable, or turning the text around them about (Unicode's embeddings, overrides, isolates).
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_COMBINING = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø",
    "O": "Ø", "l": "ł", "L": "Ł", "i": "i", "j": "j",
}  # fmt: skip
_ACCENT = re.compile(
    r"\\(?P<mark>[\'`^\"~=.])\s*(?:\{\s*\\?(?P<a>[A-Za-z])\s*\}|\\?(?P<b>[A-Za-z]))"
    r"|\\(?P<word>[uvHckrdb])(?:\s*\{\s*\\?(?P<c>[A-Za-z])\s*\}|\s+(?P<d>[A-Za-z]))"
)
_LETTER = re.compile(r"\\(ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j)(?![A-Za-z])(?:\{\}|\s+(?=[a-z]))?")
_GROUP = re.compile(r"\{([^{}\\$]*)\}")


def clean(text: str) -> str:
    """`text` on one line: runs of white space become one space, unwanted characters go."""
    return " ".join(_UNWANTED.sub("", text).split())


def opening(body: bytes) -> str:
    """How an answer that is not what it should be begins, as the end of a sentence."""
    start = clean(body[:80].decode("utf-8", "replace"))
    if not start:
        return "it is empty"
    readable = "".join(filter(str.isprintable, start.replace("\ufffd", "")))
    if len(readable) < len(start) / 2:
        return "it is no text"
    return f"it begins “{readable}”"


def clean_name(text: str) -> str:
    r"""A person's name with TeX accents as letters: `Andr\'e` is `André`, `\L{}ucja` `Łucja`."""
    text = _ACCENT.sub(_accented, clean(text))
    text = _LETTER.sub(lambda match: _LETTERS[match[1]], text)
    return clean(unicodedata.normalize("NFC", _GROUP.sub(r"\1", text)))


def clean_url(text: str) -> str:
    """An http or https address with a host, or "" when `text` is none or too long to store."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    storable = clean(address) == address and " " not in address
    return address if usable and storable and len(address) <= LONGEST_URL else ""


def is_category(text: str) -> bool:
    """Whether `text` is spelled as an arXiv category (`cs.LG`, `hep-th`), no ACM or MSC code."""
    return len(text) <= 40 and _CATEGORY.fullmatch(text) is not None


def _accented(match: re.Match[str]) -> str:
    letter = match["a"] or match["b"] or match["c"] or match["d"]
    return f"{letter}{_COMBINING[match['mark'] or match['word']]}"
