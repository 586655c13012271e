"""The page of a list, for its owner and members: whole and in order, or what was asked of it."""

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from papers import marks, seen, takings
from papers.search.language import QueryTooLong
from papers.search.reader import IndexNotReady
from papers.search.tree import Note
from readinglists import sharing
from readinglists.access import Access, lists_to_edit, open_list, reader_of, reader_required
from readinglists.entry_tools import Tools
from readinglists.imports.planning import waiting_of
from readinglists.list_view import ListView
from readinglists.models import ReadingList
from readinglists.outline import outline_of
from readinglists.pages import ListPage, get_found_page, get_list_page
from readinglists.states import progress, states_of


@dataclass(frozen=True, slots=True)
class _Shown:
    """`refused` says why what was asked for cannot be looked for."""

    page: ListPage
    refused: str = ""


@require_safe
@reader_required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    reader = reader_of(request)
    access = open_list(reader, pk)
    view = ListView.read(request.GET)
    shown = _find(request, access.reading_list, view)
    tools = Tools(
        list_pk=pk,
        may_edit=access.may_edit,
        may_order=access.may_edit and view.is_whole,
        may_tick="select" in request.GET,
    )
    ids = [paper.pk for paper in shown.page.papers]
    total = None if view.narrows else shown.page.total
    context = {
        "section": "lists",
        "access": access,
        "reading_list": access.reading_list,
        "view": view,
        "page": shown.page,
        "refused": shown.refused,
        "query_string": view.query_string,
        "tags": shown.page.tags,
        "tools": tools,
        "states": states_of(reader, ids),
        "progress": progress(reader, access.reading_list, total=total),
        "marks": marks.collect(reader, ids),
        "seen": seen.choice_of(reader),
        "takings": takings.files(lambda end: reverse("readinglists:list_file", args=[pk, end])),
    }
    if access.is_owner:
        context["sharing"] = sharing.sharing_of(access.reading_list)
        context["waiting"] = waiting_of(access.reading_list)
    if tools.may_tick:
        context |= _to_tick(access, reader, shown.page)
    return render(request, "readinglists/list.html", context)


def _to_tick(access: Access, reader: AbstractBaseUser, page: ListPage) -> dict[str, object]:
    """What the form needs that changes several entries."""
    own = access.reading_list.pk
    return {
        "targets": [each for each in lists_to_edit(reader) if each.pk != own],
        "page_ids": ",".join(str(row.entry.pk) for row in page.rows),
    }


def _find(request: HttpRequest, reading_list: ReadingList, view: ListView) -> _Shown:
    number = request.GET.get("page", 1)
    if view.is_whole:
        return _Shown(get_list_page(reading_list, number))
    try:
        return _Shown(get_found_page(reading_list, view, reader_of(request), number))
    except (IndexNotReady, QueryTooLong) as error:
        tags = outline_of(reading_list).tags
        page = ListPage([], 1, 0, None, None, tags=tags, notes=(Note(str(error)),))
        return _Shown(page, str(error))
