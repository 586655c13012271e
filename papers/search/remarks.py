"""Gathers what is to be said about a search, in the order of its text.

It decides how much is said; never what (language.py).
"""

from django.utils.translation import ngettext

from papers.search.tokens import Token
from papers.search.tree import Note

MOST_NOTES = 20


class Remarks:
    def __init__(self) -> None:
        self._notes: list[Note] = []

    def add(self, text: str, token: Token, *, until: int | None = None) -> None:
        """Say `text` about `token`, or about all from there to the place `until`."""
        self._notes.append(Note(text, token.start, until or token.end))

    def told(self) -> tuple[Note, ...]:
        """Return the notes by place; of very many the first 20, and one for all others."""
        ordered = sorted(self._notes, key=lambda note: note.start)
        others = ordered[MOST_NOTES:]
        if not others:
            return tuple(ordered)
        text = ngettext(
            "There is %(count)d more place like these.",
            "There are %(count)d more places like these.",
            len(others),
        )
        end = max(note.end for note in others)
        last = Note(text % {"count": len(others)}, others[0].start, end)
        return (*ordered[:MOST_NOTES], last)
