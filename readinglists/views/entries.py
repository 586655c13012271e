from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
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
from readinglists.changing import EditConflictError
from readinglists.forms import NoteForm, TagsForm
from readinglists.models import Entry
from readinglists.tags import write_tags
from readinglists.views.conflicts import show_conflict
from readinglists.views.gaps import read_gap, say_nothing_moved
from readinglists.views.going_back import address_of, back_to, removed_already
from readinglists.views.lost_texts import keeps_what_was_typed
from readinglists.views.toasts import offer_undo


@reader_posts
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        entry = entry_to_edit(request.user, pk)
        with gone_is_not_found():
            change = entries.remove(entry, by=reader_of(request))
    except Http404:
        return removed_already(request)
    offer_undo(request, _("Removed “%(title)s”.") % {"title": to_text(entry.paper.title)}, change)
    return redirect(back_to(request, entry.reading_list))


@reader_posts
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """The entry goes where the form says (views/gaps.py), without a word to the top."""
    entry = entry_to_edit(request.user, pk)
    try:
        entries.move(entry, read_gap(request, entry.reading_list), by=reader_of(request))
    except ValueError:
        return HttpResponseBadRequest(_("Say one place to move to."))
    except ObjectDoesNotExist:
        say_nothing_moved(request)
        return redirect(entry.reading_list)
    return redirect(address_of(entry))


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed(NoteForm)
@reader_required
def note(request: HttpRequest, pk: int) -> HttpResponse:
    entry = entry_to_edit(request.user, pk)
    now = {"note": entry.note, "seen": entry.version, "reading_list": entry.reading_list_id}
    form = NoteForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        return _save_note(request, entry, form)
    context = {"section": "lists", "entry": entry, "form": form, "back": address_of(entry)}
    return render(request, "readinglists/note.html", context)


def _save_note(request: HttpRequest, entry: Entry, form: NoteForm) -> HttpResponse:
    note, seen = form.cleaned_data["note"], form.cleaned_data["seen"]
    try:
        with gone_is_not_found():
            entries.set_note(entry, note, by=reader_of(request), seen=seen)
    except EditConflictError as error:
        return show_conflict(
            request,
            form,
            error,
            action=reverse("readinglists:note", args=[entry.pk]),
            back=address_of(entry),
            element=f"note-{entry.pk}",
        )
    return redirect(address_of(entry))


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed(TagsForm)
@reader_required
def tags(request: HttpRequest, pk: int) -> HttpResponse:
    entry = entry_to_edit(request.user, pk)
    now = {"tags": write_tags(entry.tags), "seen": entry.version}
    now |= {"reading_list": entry.reading_list_id}
    form = TagsForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        return _save_tags(request, entry, form)
    context = {"section": "lists", "entry": entry, "form": form, "back": address_of(entry)}
    return render(request, "readinglists/tags.html", context)


def _save_tags(request: HttpRequest, entry: Entry, form: TagsForm) -> HttpResponse:
    wanted, seen = form.cleaned_data["tags"], form.cleaned_data["seen"]
    try:
        with gone_is_not_found():
            entries.set_tags(entry, wanted, by=reader_of(request), seen=seen)
    except EditConflictError as error:
        action = reverse("readinglists:tags", args=[entry.pk])
        return show_conflict(request, form, error, action=action, back=address_of(entry))
    return redirect(address_of(entry))
