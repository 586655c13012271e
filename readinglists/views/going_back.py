"""Where a reader goes on after a change of a list: to what was changed, on its page."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from papers.views.going_back import next_address
from readinglists.access import Rank, gone_is_not_found, open_list
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


def removed_already(request: HttpRequest) -> HttpResponse:
    """Lead back to the list's page that the reader came from, which shows what is gone no more.

    For what cannot be found, or not by this reader: both get the same answer. Raises as `open_list`
    for that list, Http404 where the reader came from none.
    """
    address = next_address(request)
    try:
        page = resolve(address.partition("?")[0])
    except Resolver404 as error:
        raise Http404(_("This is not there any more.")) from error
    if page.view_name != "readinglists:list":
        raise Http404(_("This is not there any more."))
    open_list(request.user, page.kwargs["pk"], Rank.EDIT)
    messages.info(request, _("This was removed already."))
    return redirect(address)


def _page(list_id: int, number: int) -> str:
    query = f"?page={number}" if number > 1 else ""
    return f"{reverse('readinglists:list', args=[list_id])}{query}"
