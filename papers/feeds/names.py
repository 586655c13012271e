"""Authors' names from arXiv's ways of writing them, one string for each, as they are shown.

Decides where one name ends and the next begins; never guesses who is meant.
Read more: https://info.arxiv.org/help/prep.html#authors (how submitters are told to write them).
"""

import re

from papers.feeds.text import clean, clean_name

MOST_NESTED_BRACKETS = 5

_BRACKETED_OR_COMMA = re.compile(r"\([^()]*\)|(?P<comma>,)")
_SUFFIX = re.compile(r"\s*(?:[JS]r\.?|I{2,3}|IV)\s*(?:,|$)")
_BRACKETED = re.compile(r"\s*\([^()]*\)")
_BETWEEN = re.compile(r"\s*[,;]?\s+and\s+|\s*;\s*|:\s+")


def split_authors(text: str) -> list[str]:
    """Names from arXiv's one comma-joined string; "Jr." and the like stay with their name."""
    parts: list[str] = []
    start = 0
    for match in _BRACKETED_OR_COMMA.finditer(text):
        if match["comma"] and not _SUFFIX.match(text, match.end()):
            parts.append(text[start : match.start()])
            start = match.end()
    parts.append(text[start:])
    return [name for part in parts if (name := shown_name(part))]


def split_written_authors(text: str) -> list[str]:
    """Names from the authors' field as submitted: "A. One (1), B. Two and C. Three ((1) X, Y)".

    Affiliations in brackets, nested ones too, are left out, as arXiv's own split does.
    """
    text = clean(text)
    for _depth in range(MOST_NESTED_BRACKETS if "(" in text else 0):
        text = _BRACKETED.sub("", text)
    return split_authors(_BETWEEN.sub(", ", text))


def join_name(keyname: str, forenames: str = "", suffix: str = "") -> str:
    """A name in the order it is shown; "" for what is none (arXiv has authors called ":")."""
    return shown_name(f"{forenames} {keyname} {suffix}")


def shown_name(text: str) -> str:
    """`text` as `clean_name` has it, "" when it holds no letter."""
    is_plain = text.isascii() and text.isprintable() and "\\" not in text and "{" not in text
    name = " ".join(text.split()) if is_plain else clean_name(text)
    return name if any(letter.isalpha() for letter in name) else ""
