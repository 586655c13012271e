"""Where a reader goes on after a change of a list: to what was changed, on its page."""

from django.http import HttpRequest
from django.urls import reverse

from papers.views.going_back import next_address
from readinglists.access import gone_is_not_found
from readinglists.models import Entry, Heading, ReadingList
from readinglists.pages import page_number_of, page_number_of_heading


def address_of(entry: Entry) -> str:
    """Raises Http404 when the entry is gone."""
    with gone_is_not_found():
        number = page_number_of(entry)
    return f"{_page(entry.reading_list_id, number)}#entry-{entry.pk}"


def address_of_heading(heading: Heading) -> str:
    """Raises Http404 when the heading is gone."""
    with gone_is_not_found():
        number = page_number_of_heading(heading)
    return f"{_page(heading.reading_list_id, number)}#heading-{heading.pk}"


def back_to(request: HttpRequest, reading_list: ReadingList) -> str:
    """The page of the list that the reader came from, with its filters, or of its history; else
    the list."""
    address = reading_list.get_absolute_url()
    known = {address, reverse("readinglists:history", args=[reading_list.pk])}
    came_from = next_address(request, address)
    return came_from if came_from.partition("?")[0] in known else address


def _page(list_id: int, number: int) -> str:
    query = f"?page={number}" if number > 1 else ""
    return f"{reverse('readinglists:list', args=[list_id])}{query}"
