"""The short forms of a paper's text that cards show, made once when the paper is stored."""

from collections.abc import Sequence

from papers.tex.dollars import before_maths

FIRST_AUTHORS = 3
SHORT_ABSTRACT_CHARACTERS = 280


def author_line(authors: Sequence[str]) -> str:
    """Return the first three authors and the last: `A, B, C, … Z`; at most 300 characters."""
    names = list(authors)
    if len(names) > FIRST_AUTHORS + 1:
        names = [*names[:FIRST_AUTHORS], f"… {names[-1]}"]
    line = ", ".join(names)
    return line if len(line) <= 300 else line[:299] + "…"


def short_abstract(abstract: str, *, characters: int = SHORT_ABSTRACT_CHARACTERS) -> str:
    """Return the beginning of the abstract, at most 280 characters or as many as are named.

    Cut between words and before maths, of which half could not be shown.
    """
    text = " ".join(abstract.split())
    if len(text) <= characters:
        return text
    end = characters - 1
    space = text.rfind(" ", 0, end)
    end = space if space > 0 else end
    return text[: before_maths(text, end) or end].rstrip(" ,;:.") + "…"
