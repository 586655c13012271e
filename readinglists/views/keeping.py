"""Whole lists: the default one, archived ones, and the bin."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from readinglists import keeping
from readinglists.access import (
    gone_is_not_found,
    own_list,
    own_list_in_bin,
    reader_of,
    reader_posts,
    reader_required,
)


@reader_posts
def make_default(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = own_list(request.user, pk)
    with gone_is_not_found():
        keeping.make_default(reading_list)
    messages.success(request, _("One press on “Save” now saves in “%s”.") % reading_list.title)
    return redirect("readinglists:lists")


@reader_posts
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = own_list(request.user, pk)
    archived = request.POST.get("archived") != "0"
    with gone_is_not_found():
        keeping.set_archived(reading_list, archived=archived)
    words = _("“%s” is archived.") if archived else _("“%s” is back among your lists.")
    messages.success(request, words % reading_list.title)
    return redirect("readinglists:lists")


@require_safe
@reader_required
def bin_page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    lists = keeping.lists_in_bin(reader_of(request)).with_sizes()[: keeping.MOST_SHOWN]
    rows = [(each, keeping.days_left(each, now=now)) for each in lists]
    return render(request, "readinglists/bin.html", {"section": "lists", "rows": rows})


@reader_posts
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = own_list_in_bin(request.user, pk)
    with gone_is_not_found():
        keeping.restore_list(reading_list)
    messages.success(request, _("“%s” is back, as it was.") % reading_list.title)
    return redirect(reading_list)


@require_http_methods(["GET", "HEAD", "POST"])
@reader_required
def delete_for_good(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = own_list_in_bin(request.user, pk)
    if request.method == "POST":
        keeping.delete_for_good(reading_list)
        messages.success(request, _("“%s” is deleted for good.") % reading_list.title)
        return redirect("readinglists:bin")
    context = {
        "section": "lists",
        "reading_list": reading_list,
        "size": reading_list.entries.count(),
    }
    return render(request, "readinglists/delete_for_good.html", context)
