"""A list for whoever has its link: these views take the key only, so each shows one list only."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from papers import marks, seen
from papers.cards import Onlooker
from papers.views import feeds_out
from readinglists import copying, list_files, list_follows, shared_pages, sharing
from readinglists.access import reader_of, reader_posts
from readinglists.list_follows import CannotFollowList
from readinglists.models import ReadingList
from readinglists.places import Place
from readinglists.shared_pages import Rendered

# The address is the secret: nothing may keep the page, index it or pass its address on.
_HEADERS = {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}

SharedView = Callable[..., HttpResponseBase]


def _by_key(view: SharedView) -> Callable[..., HttpResponseBase]:
    """Open the link, give the view its place, and note that it was used."""

    @wraps(view)
    def wrapped(request: HttpRequest, key: str, **arguments: Any) -> HttpResponseBase:
        link = sharing.find_link_by_key(key)
        if link is None:
            response = _refuse(request, "readinglists/link_not_found.html", 404, **arguments)
        elif link.needs_login and not request.user.is_authenticated:
            response = _refuse(request, "readinglists/link_needs_login.html", 403, **arguments)
        else:
            if link.reading_list.owner_id != request.user.pk:
                sharing.note_use(link, timezone.now())
            response = view(request, Place(link.reading_list, link, key), **arguments)
        for name, value in _HEADERS.items():
            response[name] = value
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    return wrapped


@require_safe
@_by_key
def shared(request: HttpRequest, place: Place) -> HttpResponse:
    return show(request, place)


@require_safe
@_by_key
def shared_file(request: HttpRequest, place: Place, ending: str) -> HttpResponseBase:
    return list_files.answer(request, place.reading_list, ending, place.outlet, now=timezone.now())


@reader_posts
@_by_key
def follow_list(request: HttpRequest, place: Place) -> HttpResponse:
    return follow(request, place)


@reader_posts
@_by_key
def copy_shared(request: HttpRequest, place: Place) -> HttpResponse:
    return copy(request, place)


def show(request: HttpRequest, place: Place) -> HttpResponse:
    """Show a list that may be read at `place`."""
    if request.GET.get("view") == "print":
        return _print(request, place)
    reading_list, reader = place.reading_list, request.user
    context: dict[str, object] = {
        "place": place,
        "reading_list": reading_list,
        "is_own": reader.is_authenticated and reading_list.owner_id == reader.pk,
    }
    if reader.is_authenticated:
        context |= _for_reader(request, reading_list)
        context["follow"] = list_follows.find(reader_of(request), reading_list)
    else:
        number, path = request.GET.get("page", "1"), request.get_full_path()
        context["page"] = shared_pages.render_for_visitors(reading_list, number, path)
    return render(request, "readinglists/shared.html", context)


def follow(request: HttpRequest, place: Place) -> HttpResponse:
    reading_list, reader = place.reading_list, reader_of(request)
    try:
        if place.link is not None:
            list_follows.follow(reader, place.link)
        else:
            list_follows.follow_public(reader, reading_list)
    except CannotFollowList as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("You follow “%s”.") % reading_list.title)
    return redirect(place.page)


def copy(request: HttpRequest, place: Place) -> HttpResponse:
    """Copy the list to the reader's own."""
    try:
        copying.take_place(reader_of(request))
    except copying.CannotCopyError as error:
        messages.error(request, str(error))
        return redirect(place.page)
    made = copying.copy_list(place.reading_list, reader_of(request))
    messages.success(request, _("This copy is yours: nobody else sees it."))
    return redirect(made)


def _print(request: HttpRequest, place: Place) -> HttpResponse:
    page: Rendered = shared_pages.render_for_visitors(
        place.reading_list, request.GET.get("page", "1"), place.page, is_printed=True
    )
    context = {"place": place, "reading_list": place.reading_list, "page": page}
    return render(request, "readinglists/print.html", context)


def _for_reader(request: HttpRequest, reading_list: ReadingList) -> dict[str, object]:
    page = shared_pages.read_page(reading_list, request.GET.get("page", 1))
    choice = seen.choice_of(request.user)
    found = marks.collect(request.user, [paper.pk for paper in page.papers])
    onlooker = Onlooker(request.get_full_path(), is_reader=True, marks=found)
    return {
        "page": shared_pages.render_for_reader(page, onlooker, choice),
        "seen": choice,
        "is_all_hidden": choice.hides
        and bool(page.papers)
        and all(paper.pk in found.seen for paper in page.papers),
    }


def _refuse(request: HttpRequest, template: str, status: int, ending: str = "") -> HttpResponseBase:
    if not ending:
        return render(request, template, status=status)
    if status == 404:
        words = _(
            "This address opens nothing. Its link was revoked or has ended, or a part of the "
            "address was lost when it was copied."
        )
    else:
        words = _("This list is for those who are logged in here: a program cannot read it.")
    return feeds_out.refuse(words, status)
