"""The last days of all categories together, a line for the front page.

It decides which of the categories' states a day as a whole has: the one that worries most. Never
more is said than the strip of each category says. Read more: strip.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from papers.coverage.strip import CAME, NO_RECORD, CategoryStrip, Cell, Look, State
from papers.numerals import grouped

# The first that any category has is the day's.
_WORST_FIRST = (
    *(State.LATE, State.PARTIAL, State.UNKNOWN, CAME, State.COMPLETE),
    *(State.HOLIDAY, State.NONE_TODAY, NO_RECORD),
)
_MISSING = (State.LATE, State.PARTIAL)


@dataclass(frozen=True, slots=True)
class CoverageDay:
    """A day of all categories: `words` say what came, and of which categories something lacks."""

    day: date
    look: Look
    words: str


def days_of(strips: Sequence[CategoryStrip]) -> list[CoverageDay]:
    """Return the days of `strips`, oldest first; none where there is no strip."""
    rows = zip(*(strip.cells for strip in strips), strict=True)
    codes = [strip.category for strip in strips]
    return [_day(codes, cells) for cells in rows]


def _day(codes: Sequence[str], cells: Sequence[Cell]) -> CoverageDay:
    worst = min(cells, key=lambda cell: _WORST_FIRST.index(cell.look.name))
    lacking = [code for code, cell in zip(codes, cells, strict=True) if cell.look.name in _MISSING]
    return CoverageDay(worst.day, worst.look, _words(worst, cells, lacking))


def _words(worst: Cell, cells: Sequence[Cell], lacking: list[str]) -> str:
    received = sum(cell.received for cell in cells)
    if not received:
        return worst.words
    words = _counted(received, [cell for cell in cells if cell.received or cell.expected])
    if lacking:
        names = get_text_list(lacking, _("and"))
        return _("%(words)s; not all of %(names)s") % {"words": words, "names": names}
    return words


def _counted(received: int, known: Sequence[Cell]) -> str:
    """A paper in two categories counts in each, as in arXiv's own totals."""
    stated = [cell.expected for cell in known if cell.expected is not None]
    if len(stated) == len(known):
        return _("%(received)s of %(expected)s") % {
            "received": grouped(received),
            "expected": grouped(sum(stated)),
        }
    return ngettext("%s paper", "%s papers", received) % grouped(received)
