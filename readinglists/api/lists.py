"""Whole lists: those a reader takes part in, made, changed, put into the bin and taken out."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from ninja.responses import Status

from papers.api.access import LISTS, READ, user_of
from papers.api.errors import Error, Refusal
from papers.api.fields import After, Limit, Number
from papers.api.paging import link_after, read_after
from readinglists import keeping
from readinglists.access import (
    Access,
    Rank,
    memberships_of,
    open_list,
    own_list,
    own_list_in_bin,
)
from readinglists.api.schemas import (
    Conflict,
    ListChange,
    ListPage,
    NewList,
    ReadingList,
    write_list,
)
from readinglists.api.versions import seen_version, tell_version, telling_conflicts
from readinglists.models import Entry, Role
from readinglists.models import ReadingList as ListRow

router = Router(tags=["lists"])
PAGE_SIZE = 20
_EDITED = {200: ReadingList, 409: Conflict, 412: Conflict, 428: Error}


@router.get("/lists", response=ListPage, auth=READ, summary="Your lists")
def my_lists(
    request: HttpRequest, archived: bool = False, limit: Limit = PAGE_SIZE, after: After = ""
) -> dict[str, Any]:
    """Those you own and those you take part in, without archived ones unless asked for."""
    user, question = user_of(request), f"lists {archived}"
    since = read_after(question, after)
    roles = {member.reading_list_id: member for member in memberships_of(user)}
    rows = ListRow.objects.of(user) | ListRow.objects.kept().filter(pk__in=roles)
    rows = rows.filter(archived_at__isnull=not archived, pk__gt=since[0] if since else 0)
    found = list(rows.order_by("pk")[: limit + 1])
    sizes = _sizes(found[:limit])
    items = []
    for row in found[:limit]:
        member = roles.get(row.pk) if row.owner_id != user.pk else None
        rank = Rank.EDIT if member and member.role == Role.EDITOR else Rank.VIEW
        access = Access(row, rank if member else Rank.OWN, member)
        items.append(write_list(access, sizes.get(row.pk, 0)))
    end = (found[limit - 1].pk,) if len(found) > limit else None
    return {"items": items, "next": link_after(request, question, end)}


@router.post("/lists", response={201: ReadingList}, auth=LISTS, summary="Make a list")
def make_list(request: HttpRequest, asked: NewList) -> Status[dict[str, Any]]:
    title = clean_title(asked.title)
    made = keeping.make_list(user_of(request), title, asked.description, asked.byline)
    return Status(201, _written(request, made.pk))


@router.get("/lists/bin", response=ListPage, auth=READ, summary="Your lists in the bin")
def bin_of(request: HttpRequest, limit: Limit = PAGE_SIZE, after: After = "") -> dict[str, Any]:
    """They stay for 30 days."""
    since = read_after("bin", after)
    rows = keeping.lists_in_bin(user_of(request)).order_by("pk")
    found = list(rows.filter(pk__gt=since[0] if since else 0)[: limit + 1])
    sizes = _sizes(found[:limit])
    items = [write_list(Access(row, Rank.OWN), sizes.get(row.pk, 0)) for row in found[:limit]]
    end = (found[limit - 1].pk,) if len(found) > limit else None
    return {"items": items, "next": link_after(request, "bin", end)}


@router.get("/lists/{int:pk}", response=ReadingList, auth=READ, summary="A list")
def show(request: HttpRequest, response: HttpResponse, pk: Number) -> dict[str, Any]:
    written = _written(request, pk)
    tell_version(response, written["version"])
    return written


@router.patch("/lists/{int:pk}", response=_EDITED, auth=LISTS, summary="Change a list")
def change(request: HttpRequest, pk: Number, asked: ListChange) -> dict[str, Any]:
    """What is left out stays as it is. Byline, archived and default are the owner's to say."""
    sent = asked.dict(include={"title", "description", "byline"}, exclude_none=True)
    if "title" in sent:
        sent["title"] = clean_title(sent["title"])
    if "byline" in sent:
        sent["byline"] = " ".join(sent["byline"].split())
    owners = (asked.archived, asked.is_default, asked.byline)
    is_owners = any(each is not None for each in owners)
    access = open_list(user_of(request), pk, Rank.OWN if is_owners else Rank.EDIT)
    if asked.is_default is False:
        words = _("Make another list the default one instead.")
        raise Refusal(422, words, where="body.is_default")
    if sent:
        seen = seen_version(request, asked.version)
        with telling_conflicts(request, sent):
            keeping.set_details(access.reading_list, sent, by=user_of(request), seen=seen)
    if asked.archived is not None:
        keeping.set_archived(access.reading_list, archived=asked.archived)
    if asked.is_default:
        keeping.make_default(access.reading_list)
    return _written(request, pk)


@router.delete("/lists/{int:pk}", response={204: None}, auth=LISTS, summary="Put into the bin")
def delete(request: HttpRequest, pk: Number) -> Status[None]:
    keeping.delete_list(own_list(user_of(request), pk))
    return Status(204, None)


@router.post(
    "/lists/{int:pk}/restore", response=ReadingList, auth=LISTS, summary="Take out of the bin"
)
def restore(request: HttpRequest, pk: Number) -> dict[str, Any]:
    keeping.restore_list(own_list_in_bin(user_of(request), pk))
    return _written(request, pk)


@router.delete("/lists/bin/{int:pk}", response={204: None}, auth=LISTS, summary="Delete for good")
def delete_for_good(request: HttpRequest, pk: Number) -> Status[None]:
    """Only from the bin."""
    keeping.delete_for_good(own_list_in_bin(user_of(request), pk))
    return Status(204, None)


def clean_title(title: str) -> str:
    """One line, as the site's forms make it. Raises Refusal for one without a character."""
    line = " ".join(title.split())
    if not line:
        raise Refusal(422, _("A title needs at least one character."), where="body.title")
    return line


def _written(request: HttpRequest, pk: int) -> dict[str, Any]:
    access = open_list(user_of(request), pk)
    return write_list(access, access.reading_list.entries.count())


def _sizes(rows: list[ListRow]) -> dict[int, int]:
    entries = Entry.objects.filter(reading_list__in=rows).order_by()
    return dict(entries.values_list("reading_list_id").annotate(n=Count("pk")))
