"""The Save control of every paper card: a page to choose lists, or the same as a fragment."""

from collections.abc import Iterable
from functools import partial
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from papers import marks
from papers.cards import Onlooker, render_save_control
from papers.latex import to_text
from papers.models import Paper
from papers.views.going_back import next_address
from readinglists import one_press
from readinglists.access import (
    any_paper,
    gone_is_not_found,
    lists_to_edit,
    reader_of,
    reader_posts,
    reader_required,
)
from readinglists.entries import file_paper
from readinglists.forms import FilePaperForm
from readinglists.models import Entry, ReadingList
from readinglists.views.lost_texts import keeps_what_was_typed
from readinglists.views.toasts import offer_undo, render_toasts


@reader_posts
@vary_on_headers("HX-Request")
def press(request: HttpRequest, paper_pk: int) -> HttpResponse:
    """Save into the default list, or take out of it; what is in other lists only, one chooses."""
    paper, reader = any_paper(paper_pk), reader_of(request)
    with gone_is_not_found():
        if request.POST.get("saved") != "0":
            done, words = one_press.save(reader, paper), _("Saved in “%(list)s”.")
        else:
            done, words = one_press.take_out(reader, paper), _("Taken out of “%(list)s”: %(paper)s")
    if done.change is None and request.POST.get("saved") == "0":
        return _choose_instead(request, paper)
    if done.reading_list is not None and done.change is not None:
        names = {"list": done.reading_list.title, "paper": to_text(paper.title)}
        offer_undo(request, words % names, done.change)
    if _is_htmx(request):
        # Who pressed a key has the focus elsewhere, and perhaps moved on by now.
        return _render_control(request, paper, refocus=False)
    return redirect(next_address(request, paper.get_absolute_url()))


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@keeps_what_was_typed(partial(FilePaperForm, choices=[], holding=set()))
@reader_required
def add(request: HttpRequest, paper_pk: int) -> HttpResponse:
    paper = any_paper(paper_pk)
    mine = lists_to_edit(reader_of(request))
    form = _form(request.POST or None, paper, mine)
    if request.method == "POST" and form.is_valid():
        return _file(request, paper, mine, form)
    return _show_form(request, paper, form)


@require_safe
@reader_required
def save_control(request: HttpRequest, paper_pk: int) -> HttpResponse:
    return _render_control(request, any_paper(paper_pk))


def _choose_instead(request: HttpRequest, paper: Paper) -> HttpResponse:
    """The paper is not in the default list: it may be in others, or another tab took it out."""
    mine = lists_to_edit(reader_of(request))
    form = _form(None, paper, mine)
    if not form.holds:
        return _render_control(request, paper) if _is_htmx(request) else redirect(paper)
    return _show_form(request, paper, form)


def _show_form(request: HttpRequest, paper: Paper, form: FilePaperForm) -> HttpResponse:
    context = {"paper": paper, "form": form, "next": _way_back(request, paper)}
    template = "_save_panel.html" if _is_htmx(request) else "save.html"
    return render(request, f"readinglists/{template}", context)


def _form(data: QueryDict | None, paper: Paper, mine: list[ReadingList]) -> FilePaperForm:
    entries = Entry.objects.filter(reading_list__in=mine, paper=paper)
    noted = dict(entries.values_list("reading_list_id", "note"))
    choices = [
        (each.pk, _("%s (with your note)") % each.title if noted.get(each.pk) else each.title)
        for each in mine
    ]
    return FilePaperForm(data, choices=choices, holding=set(noted))


def _file(
    request: HttpRequest, paper: Paper, mine: list[ReadingList], form: FilePaperForm
) -> HttpResponse:
    into = [each for each in mine if each.pk in form.added]
    out_of = [each for each in mine if each.pk in form.removed]
    new_title = form.cleaned_data["new_title"]
    with gone_is_not_found():
        file_paper(reader_of(request), paper, into=into, out_of=out_of, new_title=new_title)
    if _is_htmx(request):
        return _render_control(request, paper)
    added = [each.title for each in into] + [new_title] * bool(new_title)
    if added:
        messages.success(request, _("Saved in %s.") % _quoted(added))
    if out_of:
        titles = _quoted(each.title for each in out_of)
        messages.success(request, _("Taken out of %s.") % titles)
    return redirect(_way_back(request, paper))


def _quoted(titles: Iterable[str]) -> str:
    return ", ".join(_("“%s”") % title for title in titles)


def _render_control(request: HttpRequest, paper: Paper, *, refocus: bool = True) -> HttpResponse:
    marked = marks.collect(request.user, [paper.pk])
    onlooker = Onlooker(request.get_full_path(), is_reader=True, marks=marked)
    control = render_save_control(paper, onlooker, refocus=refocus)
    return HttpResponse(control + render_toasts(request))


def _is_htmx(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def _way_back(request: HttpRequest, paper: Paper) -> str:
    """Return the page the reader came from, by path; the paper's own page when that is unclear.

    The referrer serves where a `next` in the card's link could not: a card is the same for all.
    """
    address = request.POST.get("next") or request.headers.get("Referer", "")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure()):
        return paper.get_absolute_url()
    parts = urlsplit(address)
    try:
        came_from = resolve(parts.path)
    except Resolver404:
        return paper.get_absolute_url()
    if came_from.app_name not in ("papers", "readinglists") or came_from.func in (add, press):
        return paper.get_absolute_url()
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
