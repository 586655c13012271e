"""The short forms of a paper's text that cards show, made once when the paper is stored."""

from collections.abc import Sequence

FIRST_AUTHORS = 3
SHORT_ABSTRACT_CHARACTERS = 280


def author_line(authors: Sequence[str]) -> str:
    """Return the first three authors and the last: `A, B, C, … Z`; at most 300 characters."""
    names = list(authors)
    if len(names) > FIRST_AUTHORS + 1:
        names = [*names[:FIRST_AUTHORS], f"… {names[-1]}"]
    line = ", ".join(names)
    return line if len(line) <= 300 else line[:299] + "…"


def short_abstract(abstract: str) -> str:
    """Return the beginning of the abstract, cut between words, at most 280 characters."""
    text = " ".join(abstract.split())
    if len(text) <= SHORT_ABSTRACT_CHARACTERS:
        return text
    cut = text[: SHORT_ABSTRACT_CHARACTERS - 1]
    return cut[: cut.rfind(" ")].rstrip(" ,;:.") + "…" if " " in cut else cut + "…"
