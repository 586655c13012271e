"""Authors' names as feeds write them: one element each, or one string of all, some with mail.

It decides where one name ends and the next begins, and turns "Moor, A." round; never guesses who
is meant. Read more: RSS 2.0 (author is an address of mail), Dublin Core (creator), RFC 4287, 3.2.
"""

import re
from collections.abc import Iterator
from typing import Any

from papers.feeds.markup import text_of
from papers.feeds.names import shown_name, split_authors

LONGEST_BYLINE = 20_000
MOST_NAMES = 500

_AND = re.compile(r",?\s+(?:and|&)\s+", re.IGNORECASE)
# "A.", "A. B.", "J.-P.", "AB": capitals that stand for forenames.
_INITIALS = re.compile(r"(?:[^\W\d_a-z]\.?[\s-]*){1,4}")
_MAIL = re.compile(r"\S{1,100}@\S{1,100}")
_BRACKETED = re.compile(r"\([^()]*\)")
_NOBODY = frozenset(["et al", "et al.", "unknown", "anonymous"])


def names_of(entry: Any) -> tuple[str, ...]:
    """The names that an entry of feedparser gives, each once and as it is shown; 500 at most."""
    written = [author for author in entry.get("authors") or [] if author.get("name")]
    texts = [_without_mail(author) for author in written]
    if not texts:
        texts = [_without_mail({"name": entry.get("author") or ""})]
    names = (
        shown_name(name) for text in texts for name in split_byline(text, is_alone=len(texts) == 1)
    )
    return tuple(dict.fromkeys(name for name in names if name and name.lower() not in _NOBODY))[
        :MOST_NAMES
    ]


def split_byline(byline: str, *, is_alone: bool = True) -> Iterator[str]:
    """The names in one string, joined by semicolons, commas, "and" or lines, forenames first.

    `is_alone` is False where the entry has several such strings: then each is one name as a rule,
    so that a comma in it parts surname and forenames.
    """
    has_signs = "," in byline or ";" in byline
    for part in [byline] if has_signs else byline.splitlines():
        text = text_of(part)
        if ";" in text:
            for name in text.split(";"):
                yield _turned(*name.partition(",")[::2])
        else:
            yield from _split_at_commas(text, is_alone)


def _split_at_commas(text: str, is_alone: bool) -> list[str]:
    parts = split_authors(text)
    if len(parts) == 2 and not _AND.search(text) and (not is_alone or _is_family(parts[0])):
        return [_turned(*parts)]
    parts = split_authors(_AND.sub(", ", text))
    given = parts[1::2]
    if given and len(parts) % 2 == 0 and all(_INITIALS.fullmatch(part) for part in given):
        return [_turned(*pair) for pair in zip(parts[::2], given, strict=True)]
    return parts


def _turned(family: str, given: str) -> str:
    return f"{given.strip()} {family.strip()}".strip()


def _is_family(text: str) -> bool:
    """Whether it is a surname alone, small words before it included: "Moor", "van der Moor"."""
    return all(word.islower() for word in text.split()[:-1])


def _without_mail(author: Any) -> str:
    """The name beside an address of mail, as in "ada@example.org (Ada Moor)"."""
    name = str(author["name"])[:LONGEST_BYLINE]
    # feedparser does not know the end of each address and leaves a piece of it: "ple (Ada Moor".
    before, bracket, inside = _MAIL.sub("", _BRACKETED.sub(_kept(name), name)).partition("(")
    if bracket and (not before.strip() or (before.strip().islower() and " " not in before.strip())):
        return inside.rstrip(") ")
    is_piece = author.get("email") and before.strip().islower() and before.strip().isalnum()
    return "" if is_piece else before


def _kept(name: str) -> str:
    """What a bracket is replaced with: nothing, unless the name is all in it."""
    return r"\g<0>" if _MAIL.match(name) or name.startswith("(") else ""
