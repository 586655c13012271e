from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from papers.latex import to_text
from readinglists import entries
from readinglists.access import (
    entry_to_edit,
    gone_is_not_found,
    reader_of,
    reader_posts,
    reader_required,
)
from readinglists.forms import NoteForm
from readinglists.models import Entry
from readinglists.pages import page_number_of
from readinglists.positions import Gap, Spot


def _address_of(entry: Entry) -> str:
    with gone_is_not_found():
        number = page_number_of(entry)
    page = f"?page={number}" if number > 1 else ""
    return f"{reverse('readinglists:list', args=[entry.reading_list_id])}{page}#entry-{entry.pk}"


@require_http_methods(["GET", "HEAD", "POST"])
@reader_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """The list page asks here first when a note would be lost."""
    entry = entry_to_edit(request.user, pk)
    if request.method != "POST":
        return render(request, "readinglists/remove.html", {"section": "lists", "entry": entry})
    entries.remove(entry, by=reader_of(request))
    messages.success(request, _("Removed “%(title)s”.") % {"title": to_text(entry.paper.title)})
    return redirect(entry.reading_list)


@reader_posts
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """`before` or `after` names the entry to stand beside; with neither the entry goes on top."""
    entry = entry_to_edit(request.user, pk)
    try:
        gap = _gap(request)
    except ValueError:
        return HttpResponseBadRequest(_("Say one entry to move before or after."))
    try:
        entries.move(entry, gap, by=reader_of(request))
    except ObjectDoesNotExist:
        messages.error(
            request, _("The list was changed elsewhere meanwhile: nothing moved. Please try again.")
        )
        return redirect(entry.reading_list)
    return redirect(_address_of(entry))


def _gap(request: HttpRequest) -> Gap:
    """Read `before` or `after` of the form. Raises ValueError for both, or what names no place."""
    sides = {s: Spot.parse(request.POST[s]) for s in ("before", "after") if s in request.POST}
    if len(sides) > 1:
        raise ValueError("Two places.")
    return Gap(**sides)


@require_http_methods(["GET", "HEAD", "POST"])
@reader_required
def note(request: HttpRequest, pk: int) -> HttpResponse:
    entry = entry_to_edit(request.user, pk)
    form = NoteForm(request.POST or None, initial={"note": entry.note})
    if request.method == "POST" and form.is_valid():
        with gone_is_not_found():
            entries.set_note(
                entry, form.cleaned_data["note"], by=reader_of(request), seen=entry.version
            )
        return redirect(_address_of(entry))
    context = {"section": "lists", "entry": entry, "form": form, "back": _address_of(entry)}
    return render(request, "readinglists/note.html", context)
