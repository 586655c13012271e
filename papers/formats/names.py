"""Names of authors, cut as bibliographies need them: given names, family name, suffix.

It decides where a family name begins and what is no person's name. It knows only how names look:
"Ada Maria Moor Sol" may be two family names, nobody can tell.
"""

import re
from dataclasses import dataclass

from papers.formats.lines import one_line

_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV", re.IGNORECASE)
# Written large they still belong to the family name; "Van" alone is as often a given name.
_LARGE_PARTICLES = frozenset(
    ("De", "Del", "Della", "Der", "Den", "Di", "Du", "Da", "Dos", "Von", "Ter", "Ten")
)
_BEFORE_PARTICLE = frozenset({*_LARGE_PARTICLES, "Van"})
# "The", "Lab" and "Of" are also parts of people's names: Nguyen The Anh, Duc-The Ngo.
_GROUP = re.compile(
    r"^the\b|\b(?:collaboration|consortium|team|group|project|institute|university|laboratory)\b"
    r"|\S \S+ lab$|\s(?-i:and|of|for)\s",
    re.IGNORECASE,
)
# Han, kana and hangul: the family name comes first, and is not turned about.
_FAMILY_FIRST = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name; `family` holds its particles. Without `given`, `family` is the whole name,
    as it is written: of a group, or of somebody with one name."""

    family: str
    given: str = ""
    suffix: str = ""


def read_name(text: str) -> Name:
    """Return the name `text` holds: `A. van B, Jr.`, `van B, A.` or a group's."""
    text = one_line(text)
    words = text.replace(",", " ").split()
    if len(words) < 2 or text.count(",") > 2 or _GROUP.search(text) or _FAMILY_FIRST.search(text):
        return Name(text)
    name = _cut(text)
    return name if _is_word(name.given) and _is_word(name.family) else Name(text)


def _is_word(part: str) -> bool:
    """A hyphen alone is nothing to BibTeX, which then finds a comma too many."""
    return any(sign.isalnum() for sign in part)


def _cut(text: str) -> Name:
    head, *rest = [part.strip() for part in text.split(",") if part.strip()]
    suffixes = [part for part in rest if _SUFFIX.fullmatch(part)]
    givens = [part for part in rest if not _SUFFIX.fullmatch(part)]
    words = head.split()
    if not suffixes and len(words) > (1 if givens else 2) and _SUFFIX.fullmatch(words[-1]):
        suffixes = [words.pop()]
    if givens:
        return Name(" ".join(words), " ".join(givens), " ".join(suffixes))
    at = _family_at(words)
    return Name(" ".join(words[at:]), " ".join(words[:at]), " ".join(suffixes))


def _family_at(words: list[str]) -> int:
    """The place of the first word of the family name."""
    last = len(words) - 1
    if all(word.islower() for word in words):
        return last
    for at in range(1, last):
        if words[at][0].islower():
            return at - 1 if at > 1 and words[at - 1] in _BEFORE_PARTICLE else at
        if words[at] in _LARGE_PARTICLES:
            return at
    return last
