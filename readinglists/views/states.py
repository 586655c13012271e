"""A reader's own marks and notes on papers: the same in every list, so that no list is asked."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from papers.htmx import HtmxHttpRequest
from papers.models import Paper
from papers.row_numbers import read_row_number
from papers.views.going_back import next_address
from readinglists import states
from readinglists.access import (
    any_paper,
    open_list,
    reader_of,
    reader_posts,
    reader_required,
)
from readinglists.changing import EditConflictError
from readinglists.entry_tools import render_states
from readinglists.forms import OwnNoteForm
from readinglists.states_undo import put_back
from readinglists.views.conflicts import show_conflict
from readinglists.views.lost_texts import keeps_what_was_typed


@reader_posts
def state(request: HtmxHttpRequest, paper_pk: int) -> HttpResponse:
    """`list` is the one whose counts the page shows."""
    paper, reader = any_paper(paper_pk), reader_of(request)
    wanted = request.POST.get("state", "")
    if wanted not in states.State.values:
        return HttpResponseBadRequest(_("There is no such mark."))
    states.set_state(reader, [paper.pk], states.State(wanted))
    if not request.htmx:
        return redirect(next_address(request, paper.get_absolute_url()))
    return HttpResponse(_buttons_and_counts(request, paper, wanted))


def _buttons_and_counts(request: HttpRequest, paper: Paper, state: str) -> str:
    number = read_row_number(request.GET.get("list", ""))
    if number is None:
        return render_states(paper, state)
    try:
        reading_list = open_list(request.user, number).reading_list
    except Http404:  # the list is gone or was left meanwhile; the mark is the paper's
        return render_states(paper, state)
    progress = states.progress(reader_of(request), reading_list)
    counts = render_to_string(
        "readinglists/_progress.html", {"progress": progress, "swapped": True}
    )
    return render_states(paper, state, reading_list.pk) + counts


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed(OwnNoteForm)
@reader_required
def own_note(request: HttpRequest, paper_pk: int) -> HttpResponse:
    paper, reader = any_paper(paper_pk), reader_of(request)
    there = states.states_of(reader, [paper.pk]).get(paper.pk)
    now = {"own_note": there.own_note, "seen": there.version} if there else {"seen": 0}
    form = OwnNoteForm(request.POST or None, initial=now)
    back = next_address(request, paper.get_absolute_url())
    context = {"section": "lists", "paper": paper, "form": form, "next": back}
    if request.method != "POST" or not form.is_valid():
        return render(request, "readinglists/own_note.html", context)
    text, seen = form.cleaned_data["own_note"], form.cleaned_data["seen"]
    try:
        states.set_own_note(reader, paper.pk, text, seen=seen)
    except EditConflictError as error:
        action = reverse("readinglists:own_note", args=[paper.pk])
        return show_conflict(request, form, error, action=action, back=back)
    return redirect(back)


@reader_posts
def undo_states(request: HttpRequest, token: str) -> HttpResponse:
    """Marks are in no list's history: what many of them were before is kept for an hour."""
    count = put_back(reader_of(request), token)
    if count:
        messages.success(request, _("The marks are as they were."))
    else:
        messages.error(request, _("It is too late to undo this."))
    return redirect(next_address(request, reverse("readinglists:lists")))
