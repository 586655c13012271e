"""The other ways in which a word or a name may be written: pretraining, Schoelkopf, hinton_g.

It decides which spellings are indexed beside a text and which a query asks for besides its own;
what is shown keeps its own spelling. Read more: docs/decisions.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from papers.search.analysis import NAMES, normalise

# Longer chains are sentences, not words.
MOST_JOINED_PARTS = 4

_TWO_LETTERS = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "Ä": "Ae",
    "Ö": "Oe",
    "Ü": "Ue",
    "æ": "ae",
    "ø": "oe",
    "å": "aa",
    "Æ": "Ae",
    "Ø": "Oe",
    "Å": "Aa",
}
_UMLAUTS = re.compile(f"[{''.join(_TWO_LETTERS)}]")
_UMLAUTS_TO_TWO = str.maketrans(_TWO_LETTERS)
_ASCII_WORD = re.compile("[a-z0-9]+")
_WORD = re.compile(r"\w+")
_HYPHENS = "-\u2010\u2011"
_HYPHENATED = re.compile(
    rf"(?<![{_HYPHENS}\w])[^\W_]+(?:[{_HYPHENS}][^\W_]+)"
    rf"{{1,{MOST_JOINED_PARTS - 1}}}(?![{_HYPHENS}\w])"
)
_ONE_HYPHEN = str.maketrans(dict.fromkeys(_HYPHENS, "-"))
_WITHOUT_HYPHENS = str.maketrans(dict.fromkeys(_HYPHENS))
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_KEY = re.compile(r"\s*([^\W_]+)_([^\W_]+)\s*")


def other_words(text: str) -> str:
    """Return the words under which `text` is found besides its own, "" where there are none.

    `pre-training` also as `pretraining`, `Schrödinger` also as `Schroedinger`.
    """
    is_ascii = text.isascii()
    if not is_ascii:
        text = text.translate(_ONE_HYPHEN)
    # Looking only at words with a hyphen takes a fifth of the time.
    hyphenated = [word for word in text.split() if "-" in word] if "-" in text else ()
    found = [
        match[0].replace("-", "") for word in hyphenated for match in _HYPHENATED.finditer(word)
    ]
    if not is_ascii and _UMLAUTS.search(text):
        found += [
            word.translate(_UMLAUTS_TO_TWO) for word in _WORD.findall(text) if _UMLAUTS.search(word)
        ]
    return " ".join(found)


def other_words_with_places(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each of `other_words` with the characters of `text` that it stands for."""
    if "-" in text or not text.isascii():
        for match in _HYPHENATED.finditer(text):
            yield match[0].translate(_WITHOUT_HYPHENS), match.start(), match.end()
    if not text.isascii() and _UMLAUTS.search(text):
        for match in _WORD.finditer(text):
            if _UMLAUTS.search(match[0]):
                yield match[0].translate(_UMLAUTS_TO_TWO), match.start(), match.end()


def spellings(text: str) -> list[str]:
    """Return `text` and how else it may be written in a paper, each once."""
    joined = _joined(text)
    return list(
        dict.fromkeys(
            [
                text,
                without_umlauts(text),
                *([joined, without_umlauts(joined)] if joined else []),
            ]
        )
    )


def without_umlauts(text: str) -> str:
    """Return `text` with two letters for each umlaut, as Germans write without them."""
    return text if text.isascii() else text.translate(_UMLAUTS_TO_TWO)


def _joined(text: str) -> str:
    """`decoder-only` and `decoder only` as `decoderonly`; "" for longer phrases."""
    if _HYPHENATED.fullmatch(text):
        return text.translate(_WITHOUT_HYPHENS)
    words = text.split()
    return "".join(words) if len(words) == 2 and all(map(str.isalnum, words)) else ""


@dataclass(frozen=True, slots=True)
class AuthorName:
    """Folded parts: `given` is the first given name or its initial, `key` as `hinton_g`."""

    given: str
    family: str

    @property
    def key(self) -> str:
        return f"{self.family}_{self.given[0]}"


def author_keys(name: str) -> tuple[str, ...]:
    """Return the keys under which an author is found, in both foldings of umlauts."""
    spellings = (name,) if name.isascii() else (name, name.translate(_UMLAUTS_TO_TWO))
    authors = filter(None, map(author_name, spellings))
    return tuple(dict.fromkeys(author.key for author in authors))


def author_name(text: str) -> AuthorName | None:
    """Return the name that `text` writes, None where it is a single word.

    Understood: Geoffrey E. Hinton; Hinton, Geoffrey; Hinton G.; hinton_g.
    """
    if match := _KEY.fullmatch(text):
        text = f"{match[2]} {match[1]}"
    elif "," in text:
        family, _comma, given = text.partition(",")
        text = f"{given} {family}"
    # The quick way for most names: the same, as the tests say.
    words = _ASCII_WORD.findall(text.lower()) if text.isascii() else NAMES.analyze(normalise(text))
    names = [name for name in words if name not in _SUFFIXES]
    if len(names) < 2:
        return None
    if len(names[-1]) == 1 and len(names[0]) > 1:
        return AuthorName(names[-1], names[0])
    return AuthorName(names[0], names[-1])
