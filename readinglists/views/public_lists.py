"""Lists that everybody may read, and the directory of them."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from papers.views import feeds_out
from readinglists import list_files, publishing
from readinglists.access import public_list, reader_posts
from readinglists.forms import DirectoryForm
from readinglists.places import FRESH_SECONDS, Place
from readinglists.views import shared

LISTS_A_PAGE = 25


@require_safe
def public_lists(request: HttpRequest) -> HttpResponseBase:
    if not publishing.are_allowed():
        raise Http404(_("This site has no public lists."))
    form = DirectoryForm(request.GET)
    form.full_clean()
    text = form.cleaned_data.get("q", "")
    order = form.cleaned_data.get("sort") or publishing.NEWEST
    lists = publishing.directory(text, order)
    page = Paginator(lists, LISTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "public",
        "form": form,
        "text": text,
        "order": order,
        "orders": publishing.ORDERS.items(),
        "page": page,
        "lists": publishing.with_numbers(list(page.object_list)),
    }
    return _kept_for_visitors(request, render(request, "readinglists/public_lists.html", context))


@require_safe
def show_public_list(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _kept_for_visitors(request, shared.show(request, Place(public_list(pk))))


@require_safe
def public_file(request: HttpRequest, pk: int, ending: str) -> HttpResponseBase:
    place = Place(public_list(pk))
    return list_files.answer(request, place.reading_list, ending, place.outlet, now=timezone.now())


@reader_posts
def follow_public_list(request: HttpRequest, pk: int) -> HttpResponse:
    return shared.follow(request, Place(public_list(pk)))


@reader_posts
def copy_public_list(request: HttpRequest, pk: int) -> HttpResponse:
    return shared.copy(request, Place(public_list(pk)))


def _kept_for_visitors(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """Let caches keep what is the same for all visitors, for a short time."""
    if request.user.is_authenticated:
        return response
    response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    response["ETag"] = etag = feeds_out.etag_of(response.content)
    return get_conditional_response(request, etag, None, response) or response
