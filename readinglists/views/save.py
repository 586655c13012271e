"""The Save control of every paper card: a page to choose lists, or the same as a fragment."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from papers import marks
from papers.cards import Onlooker, render_save_control
from papers.models import Paper
from readinglists.access import (
    any_paper,
    gone_is_not_found,
    lists_to_edit,
    reader_of,
    reader_required,
)
from readinglists.entries import file_paper
from readinglists.forms import FilePaperForm
from readinglists.models import Entry, ReadingList


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@reader_required
def add(request: HttpRequest, paper_pk: int) -> HttpResponse:
    paper = any_paper(paper_pk)
    mine = lists_to_edit(reader_of(request))
    form = _form(request, paper, mine)
    if request.method == "POST" and form.is_valid():
        return _file(request, paper, mine, form)
    context = {"paper": paper, "form": form, "next": _way_back(request, paper)}
    template = "_save_panel.html" if _is_htmx(request) else "save.html"
    return render(request, f"readinglists/{template}", context)


@require_safe
@reader_required
def save_control(request: HttpRequest, paper_pk: int) -> HttpResponse:
    return _render_control(request, any_paper(paper_pk))


def _form(request: HttpRequest, paper: Paper, mine: list[ReadingList]) -> FilePaperForm:
    entries = Entry.objects.filter(reading_list__in=mine, paper=paper)
    noted = dict(entries.values_list("reading_list_id", "note"))
    choices = [
        (each.pk, _("%s (with your note)") % each.title if noted.get(each.pk) else each.title)
        for each in mine
    ]
    return FilePaperForm(request.POST or None, choices=choices, holding=set(noted))


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
        messages.success(request, _("Saved in %s.") % ", ".join(f"“{title}”" for title in added))
    if out_of:
        titles = ", ".join(f"“{each.title}”" for each in out_of)
        messages.success(request, _("Taken out of %s.") % titles)
    return redirect(_way_back(request, paper))


def _render_control(request: HttpRequest, paper: Paper) -> HttpResponse:
    marked = marks.collect(request.user, [paper.pk])
    onlooker = Onlooker(request.get_full_path(), is_reader=True, marks=marked)
    return HttpResponse(render_save_control(paper, onlooker, refocus=True))


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
    if came_from.app_name not in ("papers", "readinglists") or came_from.func is add:
        return paper.get_absolute_url()
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
