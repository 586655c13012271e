"""Places in a list, as forms name them: `before` or `after` a spot ("e12", "h3"), at the end of
`section` (a heading's id, or "end" for the list's end); without any of them the top."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from readinglists.models import ReadingList
from readinglists.positions import Gap, Spot
from readinglists.sections import end_of_list, end_of_section

_FIELDS = ("before", "after", "section")


def read_gap(request: HttpRequest, reading_list: ReadingList) -> Gap:
    """Raises ValueError for more than one place, or what names none, and Heading.DoesNotExist for
    a section that is not in the list."""
    named = [name for name in _FIELDS if name in request.POST]
    if len(named) > 1:
        raise ValueError("Several places.")
    if "section" in named:
        return _end_of(request.POST["section"], reading_list)
    return Gap(**{side: Spot.parse(request.POST[side]) for side in named})


def say_nothing_moved(request: HttpRequest) -> None:
    messages.error(
        request, _("The list was changed elsewhere meanwhile: nothing moved. Please try again.")
    )


def _end_of(section: str, reading_list: ReadingList) -> Gap:
    if section == "":
        return Gap()
    if section == "end":
        return end_of_list(reading_list)
    heading_id = Spot.parse(section).pk
    return end_of_section(reading_list.headings.get(pk=heading_id))
