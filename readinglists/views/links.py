from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from papers import marks, seen
from readinglists import list_follows, sharing
from readinglists.access import gone_is_not_found, own_list, reader_posts
from readinglists.models import ReadingList
from readinglists.pages import get_list_page

# The address is the secret: nothing may keep the page, index it or pass its address on.
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


@reader_posts
def make_link(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = own_list(request.user, pk)
    with gone_is_not_found():
        sharing.make_link(reading_list)
    messages.success(request, _("The list can now be read by everyone who has its link."))
    return redirect(reading_list)


@reader_posts
def revoke_link(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = own_list(request.user, pk)
    sharing.revoke_link(reading_list)
    messages.success(request, _("The link is revoked: whoever opens it finds nothing."))
    return redirect(reading_list)


@require_safe
def shared(request: HttpRequest, key: str) -> HttpResponse:
    """A list for whoever has its link. Takes the key only, so it can show one list only."""
    reading_list = sharing.find_list_by_key(key)
    if reading_list is None:
        response = render(request, "readinglists/link_not_found.html", status=404)
    else:
        response = _show(request, reading_list, key)
    for name, value in _HEADERS.items():
        response[name] = value
    return response


def _show(request: HttpRequest, reading_list: ReadingList, key: str) -> HttpResponse:
    page = get_list_page(reading_list, request.GET.get("page", 1))
    reader = request.user if request.user.is_authenticated else None
    context = {
        "reading_list": reading_list,
        "key": key,
        "is_own": reader is not None and reading_list.owner_id == reader.pk,
        "follow": list_follows.find(reader, reading_list) if reader is not None else None,
        "page": page,
        "marks": marks.collect(request.user, [paper.pk for paper in page.papers]),
        "seen": seen.choice_of(request.user),
    }
    return render(request, "readinglists/shared.html", context)
