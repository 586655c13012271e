from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from readinglists import keeping, sharing
from readinglists.access import (
    Rank,
    gone_is_not_found,
    open_list,
    reader_of,
    reader_required,
)
from readinglists.changing import EditConflictError
from readinglists.forms import DetailsForm, ReadingListForm
from readinglists.invitations import invitations_to
from readinglists.keeping import make_list
from readinglists.models import ReadingList
from readinglists.overview import overview
from readinglists.views.conflicts import show_conflict
from readinglists.views.lost_texts import keeps_what_was_typed
from readinglists.views.toasts import offer_restore


@require_safe
@reader_required
def lists(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    context = {
        "section": "lists",
        "overview": overview(reader, request.GET.get("page")),
        "invitations": invitations_to(reader),
        "in_bin": keeping.lists_in_bin(reader).count(),
        "form": ReadingListForm(),
    }
    return render(request, "readinglists/lists.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed(ReadingListForm)
@reader_required
def create(request: HttpRequest) -> HttpResponse:
    form = ReadingListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = make_list(reader_of(request), **form.cleaned_data)
        return redirect(made)
    return render(request, "readinglists/create.html", {"section": "lists", "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed(DetailsForm)
@reader_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    access = open_list(request.user, pk, Rank.EDIT)
    there = access.reading_list
    now = {"title": there.title, "description": there.description, "seen": there.version}
    form = DetailsForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        return _save_details(request, there, form)
    context = {"section": "lists", "access": access, "reading_list": there, "form": form}
    return render(request, "readinglists/edit.html", context)


def _save_details(
    request: HttpRequest, reading_list: ReadingList, form: DetailsForm
) -> HttpResponse:
    seen = form.cleaned_data["seen"]
    try:
        with gone_is_not_found():
            keeping.set_details(reading_list, form.texts, by=reader_of(request), seen=seen)
    except EditConflictError as error:
        action = reverse("readinglists:edit", args=[reading_list.pk])
        back = reading_list.get_absolute_url()
        return show_conflict(request, form, error, action=action, back=back)
    messages.success(request, _("Saved."))
    return redirect(reading_list)


@require_http_methods(["GET", "HEAD", "POST"])
@reader_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = open_list(request.user, pk, Rank.OWN).reading_list
    if request.method == "POST":
        with gone_is_not_found():
            keeping.delete_list(reading_list)
        words = _("“%s” is in the bin, for 30 days.") % reading_list.title
        offer_restore(request, words, reading_list)
        return redirect("readinglists:lists")
    context = {
        "section": "lists",
        "reading_list": reading_list,
        "size": reading_list.entries.count(),
        "sharing": sharing.sharing_of(reading_list),
    }
    return render(request, "readinglists/delete.html", context)
