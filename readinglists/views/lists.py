from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from papers import marks, seen
from readinglists import keeping, sharing
from readinglists.access import gone_is_not_found, own_list, reader_of, reader_required
from readinglists.forms import ReadingListForm
from readinglists.imports.planning import waiting_of
from readinglists.keeping import make_list
from readinglists.models import ReadingList, ShareLink
from readinglists.pages import PAGE_SIZE, get_list_page


@require_safe
@reader_required
def lists(request: HttpRequest) -> HttpResponse:
    mine = ReadingList.objects.of(reader_of(request)).with_sizes()
    mine = mine.order_by("-changed_at", "-pk")
    page = Paginator(mine, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"section": "lists", "page": page, "form": ReadingListForm()}
    return render(request, "readinglists/lists.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reader_required
def create(request: HttpRequest) -> HttpResponse:
    form = ReadingListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = make_list(reader_of(request), **form.cleaned_data)
        return redirect(made)
    return render(request, "readinglists/create.html", {"section": "lists", "form": form})


@require_safe
@reader_required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = own_list(request.user, pk)
    page = get_list_page(reading_list, request.GET.get("page", 1))
    link = sharing.active_link(reading_list)
    context = {
        "section": "lists",
        "reading_list": reading_list,
        "page": page,
        "marks": marks.collect(request.user, [paper.pk for paper in page.papers]),
        "seen": seen.choice_of(request.user),
        "link": link,
        "waiting": waiting_of(reading_list),
        "link_address": _address_of(request, link) if link else None,
    }
    return render(request, "readinglists/list.html", context)


def _address_of(request: HttpRequest, link: ShareLink) -> str | None:
    """Return the full address of the link; None when the site's key was replaced since."""
    key = sharing.key_of(link)
    return key and request.build_absolute_uri(reverse("readinglists:shared", args=[key]))


@require_http_methods(["GET", "HEAD", "POST"])
@reader_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = own_list(request.user, pk)
    now = {"title": reading_list.title, "description": reading_list.description}
    form = ReadingListForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        with gone_is_not_found():
            keeping.set_details(
                reading_list,
                form.cleaned_data,
                by=reader_of(request),
                seen=reading_list.version,
            )
        messages.success(request, _("Saved."))
        return redirect("readinglists:list", pk)
    context = {"section": "lists", "reading_list": reading_list, "form": form}
    return render(request, "readinglists/edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reader_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = own_list(request.user, pk)
    if request.method == "POST":
        keeping.delete_list(reading_list)
        messages.success(request, _("Deleted “%(title)s”.") % {"title": reading_list.title})
        return redirect("readinglists:lists")
    context = {
        "section": "lists",
        "reading_list": reading_list,
        "size": reading_list.entries.count(),
        "link": sharing.active_link(reading_list),
    }
    return render(request, "readinglists/delete.html", context)
