"""Headings of a list, what was done to it, and undoing that."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router
from ninja.responses import Status

from papers.api.access import LISTS, READ, user_of
from papers.api.errors import Error, Refusal
from papers.api.fields import After, Limit, Number
from papers.api.paging import link_after, read_after
from readinglists import headings
from readinglists.access import Rank, heading_to_edit, open_list
from readinglists.api.entries import gap_of
from readinglists.api.lists import clean_title
from readinglists.api.schemas import (
    ChangePage,
    Conflict,
    Heading,
    HeadingChange,
    Headings,
    Move,
    NewHeading,
    Undone,
)
from readinglists.api.versions import seen_version, telling_conflicts
from readinglists.history import CannotUndoError
from readinglists.history_page import names_in, words_of
from readinglists.models import Heading as HeadingRow
from readinglists.models import ListChange
from readinglists.undoing import undo_whole

router = Router(tags=["lists"])
PAGE_SIZE = 20
_EDITED = {200: Heading, 409: Conflict, 412: Conflict, 428: Error}


@router.get("/lists/{int:pk}/headings", response=Headings, auth=READ, summary="Its headings")
def list_headings(request: HttpRequest, pk: Number) -> dict[str, Any]:
    """All of them, in order; entries name the one they stand below."""
    reading_list = open_list(user_of(request), pk).reading_list
    return {"items": list(reading_list.headings.order_by("position", "pk"))}


@router.post(
    "/lists/{int:pk}/headings", response={201: Heading}, auth=LISTS, summary="Make a heading"
)
def make_heading(request: HttpRequest, pk: Number, asked: NewHeading) -> Status[HeadingRow]:
    """At the end, or just before or after an entry or a heading."""
    user = user_of(request)
    reading_list = open_list(user, pk, Rank.EDIT).reading_list
    gap = gap_of(asked.before, asked.after) if asked.before or asked.after else None
    title = clean_title(asked.title)
    return Status(201, headings.add_heading(reading_list, title, by=user, gap=gap))


@router.patch("/lists/headings/{int:pk}", response=_EDITED, auth=LISTS, summary="Rename a heading")
def rename_heading(request: HttpRequest, pk: Number, asked: HeadingChange) -> HeadingRow:
    user, heading = user_of(request), heading_to_edit(user_of(request), pk)
    title, seen = clean_title(asked.title), seen_version(request, asked.version)
    with telling_conflicts(request, {"title": title}):
        headings.rename_heading(heading, title, by=user, seen=seen)
    return HeadingRow.objects.get(pk=pk)


@router.post("/lists/headings/{int:pk}/move", response=Heading, auth=LISTS, summary="Move it")
def move_heading(request: HttpRequest, pk: Number, asked: Move) -> HeadingRow:
    """What stood below it stays where it is."""
    heading = heading_to_edit(user_of(request), pk)
    headings.move_heading(heading, gap_of(asked.before, asked.after), by=user_of(request))
    return HeadingRow.objects.get(pk=pk)


@router.delete(
    "/lists/headings/{int:pk}", response={204: None}, auth=LISTS, summary="Remove a heading"
)
def remove_heading(request: HttpRequest, pk: Number) -> Status[None]:
    """Its papers stay in the list."""
    headings.remove_heading(heading_to_edit(user_of(request), pk), by=user_of(request))
    return Status(204, None)


@router.get("/lists/{int:pk}/history", response=ChangePage, auth=READ, summary="What was done")
def list_history(
    request: HttpRequest, pk: Number, limit: Limit = PAGE_SIZE, after: After = ""
) -> dict[str, Any]:
    """The last change first; kept for a year. For those who may edit the list."""
    user, question = user_of(request), f"history {pk}"
    since = read_after(question, after)
    rows = open_list(user, pk, Rank.EDIT).reading_list.changes.order_by("-pk")
    found = list((rows.filter(pk__lt=since[0]) if since else rows)[: limit + 1])
    end = (found[limit - 1].pk,) if len(found) > limit else None
    names = names_in(found)
    items = [_written(row, user, names) for row in found[:limit]]
    return {"items": items, "next": link_after(request, question, end)}


@router.post(
    "/lists/{int:pk}/history/{int:change}/undo",
    response={200: Undone, 409: Error},
    auth=LISTS,
    summary="Undo a change",
)
def undo(request: HttpRequest, pk: Number, change: Number) -> dict[str, Any]:
    """Which can be undone in turn. Of a move from list to list both halves are undone, where you
    may edit both. 409 where there is nothing to put back."""
    user = user_of(request)
    reading_list = open_list(user, pk, Rank.EDIT).reading_list
    rows = ListChange.objects.select_related("reading_list", "other_half__reading_list")
    row = get_object_or_404(rows, pk=change, reading_list=reading_list)
    try:
        undone = undo_whole(row, user)
    except CannotUndoError as error:
        raise Refusal(409, str(error)) from error
    names = names_in([undone.change])
    return {"change": _written(undone.change, user, names), "left": undone.left}


def _written(row: ListChange, user: AbstractBaseUser, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "by_you": row.user_id == user.pk,
        "words": words_of(row, names),
        "rows": len(row.rows),
        "changed_at": row.changed_at,
        "undone_at": row.undone_at,
        "can_be_undone": row.can_be_undone,
    }
