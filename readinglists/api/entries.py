"""What a list holds: entries in order, added, noted, tagged, moved, taken out."""

from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from ninja.responses import Status
from pydantic import Field

from papers import requests
from papers.api.access import LISTS, READ, reader_of, user_of
from papers.api.errors import Error, Refusal
from papers.api.fields import LARGEST_NUMBER, After, Limit, Number, Text
from papers.api.paging import link_after, read_after
from papers.api.papers import Request, write_request
from papers.models import Paper as PaperRow
from papers.models import PaperRequest
from papers.views.going_back import find_by_number
from readinglists import copying, entries, keeping, states
from readinglists.access import Rank, entry_to_edit, open_list
from readinglists.api.limits import refusing_too_many
from readinglists.api.order import page_after
from readinglists.api.schemas import (
    Bring,
    Brought,
    Conflict,
    Entry,
    EntryChange,
    EntryPage,
    Move,
    NewEntry,
    OwnState,
    StateChange,
    write_entries,
)
from readinglists.api.versions import seen_version, tell_version, telling_conflicts
from readinglists.imports.arriving import wait_for
from readinglists.list_view import ListView, entries_of
from readinglists.models import Entry as EntryRow
from readinglists.models import ListChange, ReadingList
from readinglists.positions import Gap, Spot
from readinglists.tags import LONGEST_TAG, read_tags

router = Router(tags=["lists"])
PAGE_SIZE = 20
_EDITED = {200: Entry, 409: Conflict, 412: Conflict, 428: Error}
_ADDED = {200: Entry, 201: Entry, 202: Request}
Marked = Literal["to_read", "reading", "read", "none"]
Tag = Annotated[Text, Field(max_length=LONGEST_TAG)]
_ABOUT_SECTIONS = "The number of its heading; 0 is what stands above the first one."
Section = Annotated[int, Field(ge=0, le=LARGEST_NUMBER, description=_ABOUT_SECTIONS)]


@router.get("/lists/{int:pk}/entries", response=EntryPage, auth=READ, summary="What it holds")
def list_entries(
    request: HttpRequest,
    pk: Number,
    state: Annotated[Marked | None, Field(description="How far you are with them.")] = None,
    tag: Tag = "",
    section: Section | None = None,
    limit: Limit = PAGE_SIZE,
    after: After = "",
) -> dict[str, Any]:
    """In the list's own order: all of it, or those with such a mark of yours, with that tag,
    in that section. Words are looked for by `/search` with `in:"title of the list"`."""
    user = user_of(request)
    reading_list = open_list(user, pk).reading_list
    view = ListView(state=state or "", tag=" ".join(tag.split()), section=section)
    question = f"entries {pk} {view.query_string}".rstrip()
    rows = entries_of(reading_list, view, user)
    page, end = page_after(rows, read_after(question, after), limit)
    items = write_entries(page, user, reader_of(request))
    return {"items": items, "next": link_after(request, question, end)}


@router.post("/lists/{int:pk}/entries", response=_ADDED, auth=LISTS, summary="Add a paper")
def add(request: HttpRequest, pk: Number, asked: NewEntry) -> Status[dict[str, Any]]:
    """201 with the new entry at the end, 200 with the one there is. 202: the paper is not here
    yet and is being fetched; it comes into the list by itself, with its note and tags, and
    `/requests/{pk}` tells how far that is. One known by nothing but an address has to be added
    once it is found."""
    return _add(request, open_list(user_of(request), pk, Rank.EDIT).reading_list, asked)


@router.post("/save", response=_ADDED, auth=LISTS, summary="Save a paper")
def save(request: HttpRequest, asked: NewEntry) -> Status[dict[str, Any]]:
    """Into the list where one press on the site saves: as adding it to that one."""
    return _add(request, keeping.default_list(user_of(request)), asked)


@router.get("/lists/entries/{int:pk}", response=Entry, auth=READ, summary="One entry")
def show(request: HttpRequest, response: HttpResponse, pk: Number) -> dict[str, Any]:
    entry = EntryRow.objects.get(pk=pk)
    open_list(user_of(request), entry.reading_list_id)
    tell_version(response, entry.version)
    return _written(request, entry)


@router.patch("/lists/entries/{int:pk}", response=_EDITED, auth=LISTS, summary="Note and tags")
def change(request: HttpRequest, pk: Number, asked: EntryChange) -> dict[str, Any]:
    """What is left out stays as it is."""
    user, entry = user_of(request), entry_to_edit(user_of(request), pk)
    tags = None if asked.tags is None else read_tags_of(asked.tags)
    seen = seen_version(request, asked.version)
    sent = {"note": asked.note} if asked.note is not None else {}
    sent |= {"tags": ", ".join(tags)} if tags is not None else {}
    with telling_conflicts(request, sent), transaction.atomic():
        if asked.note is not None and entries.set_note(entry, asked.note, by=user, seen=seen):
            seen += 1
        if tags is not None:
            entries.set_tags(entry, tags, by=user, seen=seen)
    return _written(request, EntryRow.objects.get(pk=pk))


@router.delete("/lists/entries/{int:pk}", response={204: None}, auth=LISTS, summary="Take it out")
def remove(request: HttpRequest, pk: Number) -> Status[None]:
    entries.remove(entry_to_edit(user_of(request), pk), by=user_of(request))
    return Status(204, None)


@router.post("/lists/entries/{int:pk}/move", response=Entry, auth=LISTS, summary="Move it")
def move(request: HttpRequest, pk: Number, asked: Move) -> dict[str, Any]:
    """Just before or after an entry or a heading of the list; with neither on top."""
    entry = entry_to_edit(user_of(request), pk)
    entries.move(entry, gap_of(asked.before, asked.after), by=user_of(request))
    return _written(request, EntryRow.objects.get(pk=pk))


@router.post(
    "/lists/{int:pk}/bring", response=Brought, auth=LISTS, summary="Copy or move papers of a list"
)
def bring(request: HttpRequest, pk: Number, asked: Bring) -> dict[str, int]:
    """To the end of this list, in their order, with notes and tags. A paper that stands here
    already keeps its place; moved, it gets the other note and tags beside its own."""
    user = user_of(request)
    target = open_list(user, pk, Rank.EDIT).reading_list
    source = open_list(user, asked.from_list, Rank.EDIT if asked.move else Rank.VIEW).reading_list
    if source.pk == target.pk:
        raise Refusal(422, _("Both are the same list."), where="body.from_list")
    with refusing_too_many():
        copying.take_place(user, len(asked.entries))
    removed = None
    if asked.move:
        removed, added = copying.move_entries(source, asked.entries, target, by=user)
    else:
        added = copying.copy_entries(source, asked.entries, target, by=user)
    return {"added": _came(added), "removed": _rows(removed)}


@router.put(
    "/papers/{int:number}/state",
    response={200: OwnState, 409: Conflict},
    auth=LISTS,
    summary="How far you are with a paper",
)
def set_state(request: HttpRequest, number: Number, asked: StateChange) -> dict[str, Any]:
    """State and note are yours alone, and the same in every list. What is left out stays."""
    user, paper = user_of(request), find_by_number(number)
    if asked.own_note is not None:
        with telling_conflicts(request, {"own_note": asked.own_note}):
            states.set_own_note(user, paper.pk, asked.own_note, seen=asked.version)
    if asked.state is not None:
        states.set_state(user, [paper.pk], states.State(asked.state))
    row = states.states_of(user, [paper.pk]).get(paper.pk)
    if row is None:
        return {"state": "", "own_note": "", "version": 0}
    # A token that may not read is told what it wrote, and no more.
    may_read = reader_of(request) == user
    own_note = row.own_note if may_read else asked.own_note or ""
    state = row.state if may_read else asked.state or ""
    return {"state": state, "own_note": own_note, "version": row.version}


def gap_of(before: str | None, after: str | None) -> Gap:
    if before and after:
        words = _("Say one thing to stand before or after, not both.")
        raise Refusal(422, words, where="body.after")
    return Gap(Spot.parse(before) if before else None, Spot.parse(after) if after else None)


def _add(
    request: HttpRequest, reading_list: ReadingList, asked: NewEntry
) -> Status[dict[str, Any]]:
    tags, wanted = read_tags_of(asked.tags), _paper(request, asked)
    if isinstance(wanted, PaperRequest):
        name, by = (wanted.scheme, wanted.value), user_of(request)
        wait_for(reading_list, name, by=by, note=asked.note, tags=tags)
        return Status(202, write_request(request, wanted))
    new = entries.NewEntry(wanted.pk, asked.note, tuple(tags))
    change = entries.add_many(reading_list, [new], by=user_of(request))
    entry = EntryRow.objects.get(reading_list=reading_list, paper=wanted)
    return Status(201 if change else 200, _written(request, entry))


def _paper(request: HttpRequest, asked: NewEntry) -> PaperRow | PaperRequest:
    if asked.paper is not None and asked.name is None:
        return find_by_number(asked.paper)
    if asked.name is None or asked.paper is not None:
        raise Refusal(422, _("Say which paper: `paper` or `name`, one of them."), where="body")
    try:
        return requests.request_paper(user_of(request), asked.name)
    except ValueError as error:
        raise Refusal(422, str(error), where="body.name") from error


def _rows(change: ListChange | None) -> int:
    return len(change.rows) if change else 0


def _came(change: ListChange | None) -> int:
    return sum(row["before"] is None for row in change.rows) if change else 0


def read_tags_of(tags: list[str]) -> list[str]:
    try:
        return read_tags("\n".join(tags))
    except ValueError as error:
        raise Refusal(422, str(error), where="body.tags") from error


def _written(request: HttpRequest, entry: EntryRow) -> dict[str, Any]:
    found = write_entries([entry], user_of(request), reader_of(request))
    if not found:
        raise EntryRow.DoesNotExist
    return found[0]
