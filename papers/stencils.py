"""HTML that is drawn once and filled in for each paper, where only some words of it differ.

Drawn with names in place of those words, cut at the names, joined with the words: for the buttons
of a card a thirtieth of the time that drawing them takes.
"""

import re
import secrets
from collections.abc import Mapping

from django.utils.safestring import SafeString


def new_number() -> int:
    """A number to stand for another, which no text holds but by chance of 1 to 10**17."""
    return 10**17 + secrets.randbelow(9 * 10**17)


class Stencil:
    """`html` is safe as it was drawn, and holds the `names`, which stand for what is filled in."""

    def __init__(self, html: SafeString, *names: str) -> None:
        # Of such a split every second piece is a name.
        self._pieces = re.split(f"({'|'.join(map(re.escape, names))})", html)

    def fill(self, words: Mapping[str, str]) -> SafeString:
        """Return the HTML with the words, which are safe, by the names that they take the place of.

        What is filled in is not looked at again, whatever it holds.
        """
        pieces = self._pieces.copy()
        pieces[1::2] = [words[name] for name in pieces[1::2]]
        return SafeString("".join(pieces))
