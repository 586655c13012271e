"""The ways in which papers on a page can be taken away, as pairs of a name and an address.

It decides their order: files first, then feeds. templates/papers/_take_away.html shows them.
"""

from collections.abc import Callable

from django.utils.functional import Promise

from papers.formats import FORMATS

Takings = list[tuple[str | Promise, str]]
FEED_NAMES = {"atom": "Atom", "json": "JSON Feed"}


def files(address: Callable[[str], str]) -> Takings:
    """Return a pair for every format; `address` makes one of the ending of a file."""
    return [(form.name, address(ending)) for ending, form in FORMATS.items()]


def feeds(address: Callable[[str], str]) -> Takings:
    """Return a pair for each kind of feed; `address` makes one of `atom` and of `json`."""
    return [(name, address(ending)) for ending, name in FEED_NAMES.items()]
