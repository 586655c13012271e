"""Authors' names as links to the pages of their papers.

It decides which names are linked; where a page is, papers/links.py says.
"""

import re
from collections.abc import Iterator, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from papers.links import author_link
from papers.numerals import grouped

MOST_LINKED = 50
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV", re.IGNORECASE)
_CUT = "…"


def link_names(names: Sequence[str]) -> SafeString:
    """Return the names with commas between, the first fifty as links, the others folded away.

    Three thousand names would keep the abstract 30 screens away.
    """
    linked = format_html_join(", ", "{}", ((_linked(name),) for name in names[:MOST_LINKED]))
    others = names[MOST_LINKED:]
    if not others:
        return linked
    said = ngettext("and %s more author", "and %s more authors", len(others)) % grouped(len(others))
    folded = '{} <details class="more-authors"><summary>{}</summary>{}</details>'
    return format_html(folded, linked, said, ", ".join(others))


def link_line(author_line: str) -> SafeString:
    """Return the line of authors of a card (summary.author_line) with its names as links.

    What was cut off within a name is left as it is.
    """
    return format_html_join(", ", "{}", ((_linked_part(part),) for part in _parts(author_line)))


def _parts(author_line: str) -> Iterator[str]:
    """The names of the line; "Ada Moor, Jr." is one."""
    waiting = ""
    for part in author_line.split(", "):
        if waiting and _SUFFIX.fullmatch(part):
            waiting = f"{waiting}, {part}"
            continue
        if waiting:
            yield waiting
        waiting = part
    if waiting:
        yield waiting


def _linked_part(part: str) -> str:
    if part.endswith(_CUT):
        return part
    if part.startswith(f"{_CUT} "):
        return format_html("{} {}", _CUT, _linked(part.removeprefix(f"{_CUT} ")))
    return _linked(part)


def _linked(name: str) -> str:
    address = author_link(name)
    # <bdi>: a name written from right to left does not turn the commas around it.
    return format_html('<a href="{}"><bdi>{}</bdi></a>', address, name) if address else name
