"""Public lists: found and read by anybody, followed and copied by readers, published by owners."""

from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from ninja import Router
from ninja.responses import Status
from pydantic import Field

from papers.api.access import FOLLOWS, LISTS, reader_of, user_of
from papers.api.errors import Refusal
from papers.api.fields import After, Limit, Number, Text
from papers.api.paging import link_after, read_after
from readinglists import copying, list_follows, publishing
from readinglists.access import open_list, own_list, public_list
from readinglists.api.limits import refusing_too_many
from readinglists.api.order import page_after
from readinglists.api.public_schemas import (
    FollowedList,
    PublicEntryPage,
    PublicList,
    PublicListPage,
    write_followed,
    write_public_entries,
    write_public_list,
)
from readinglists.api.schemas import ReadingList, write_list
from readinglists.models import ListFollow
from readinglists.models import ReadingList as ListRow

router = Router(tags=["public lists"])
PAGE_SIZE = 20
Words = Annotated[Text, Field(max_length=200, description="The first eight words count.")]


@router.get("/public-lists", response=PublicListPage, summary="Public lists, newest first")
def directory(
    request: HttpRequest, q: Words = "", limit: Limit = PAGE_SIZE, after: After = ""
) -> dict[str, Any]:
    """Those that hold all words of `q` in title, description or byline; empty ones are left out."""
    question = f"public {q}"
    since, rows = read_after(question, after), publishing.directory(q)
    if since is not None:
        moment, pk = parse_datetime(since[0]), since[1]
        rows = rows.filter(Q(published_at__lt=moment) | Q(published_at=moment, pk__lt=pk))
    found = list(rows[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    end = (last.published_at.isoformat(), last.pk) if last and last.published_at else None
    items = [write_public_list(each) for each in publishing.with_numbers(found[:limit])]
    return {"items": items, "next": link_after(request, question, end)}


@router.get("/public-lists/{int:pk}", response=PublicList, summary="A public list")
def show(request: HttpRequest, pk: Number) -> dict[str, Any]:
    return write_public_list(_numbered(public_list(pk)))


@router.get(
    "/public-lists/{int:pk}/entries", response=PublicEntryPage, summary="What a public list holds"
)
def list_entries(
    request: HttpRequest, pk: Number, limit: Limit = PAGE_SIZE, after: After = ""
) -> dict[str, Any]:
    """In the list's own order."""
    rows, question = public_list(pk).entries.all(), f"public entries {pk}"
    page, end = page_after(rows, read_after(question, after), limit)
    items = write_public_entries(page, reader_of(request))
    return {"items": items, "next": link_after(request, question, end)}


@router.put(
    "/public-lists/{int:pk}/follow", response={204: None}, auth=FOLLOWS, summary="Follow a list"
)
def follow(request: HttpRequest, pk: Number) -> Status[None]:
    """Its new papers come with the digest. Doing so twice does no harm."""
    try:
        list_follows.follow_public(user_of(request), public_list(pk))
    except list_follows.LinkEnded as error:
        raise Refusal(404, str(error)) from error
    except list_follows.CannotFollowList as error:
        raise Refusal(422, str(error)) from error
    return Status(204, None)


@router.post(
    "/public-lists/{int:pk}/copy",
    response={201: ReadingList},
    auth=LISTS,
    summary="Copy a list to your own",
)
def copy(request: HttpRequest, pk: Number) -> Status[dict[str, Any]]:
    """With its order, headings, notes and tags. Nobody else sees the copy."""
    there = public_list(pk)
    with refusing_too_many():
        copying.take_place(user_of(request))
    made = copying.copy_list(there, user_of(request))
    return Status(201, _written(request, made.pk))


# Those who may only read are not told: the address of a shared list is the secret itself.
@router.get(
    "/followed-lists", response=list[FollowedList], auth=FOLLOWS, summary="Lists you follow"
)
def followed(request: HttpRequest) -> list[dict[str, Any]]:
    return [write_followed(each) for each in list_follows.following(user_of(request))]


@router.delete(
    "/followed-lists/{int:pk}", response={204: None}, auth=FOLLOWS, summary="Follow no longer"
)
def unfollow(request: HttpRequest, pk: Number) -> Status[None]:
    mine = ListFollow.objects.select_related("reading_list").get(pk=pk, user_id=user_of(request).pk)
    list_follows.unfollow(user_of(request), mine.reading_list)
    return Status(204, None)


@router.put("/lists/{int:pk}/public", response=ReadingList, auth=LISTS, summary="Make public")
def publish(request: HttpRequest, pk: Number) -> dict[str, Any]:
    """Everybody can find and read it, with its notes, until that is taken back."""
    try:
        publishing.publish(own_list(user_of(request), pk))
    except publishing.CannotPublishError as error:
        raise Refusal(422, str(error)) from error
    return _written(request, pk)


@router.delete("/lists/{int:pk}/public", response=ReadingList, auth=LISTS, summary="Make private")
def withdraw(request: HttpRequest, pk: Number) -> dict[str, Any]:
    """At once; links stay as they are. Doing so twice does no harm."""
    publishing.withdraw(ListRow.objects.filter(pk=own_list(user_of(request), pk).pk))
    return _written(request, pk)


def _numbered(row: ListRow) -> ListRow:
    return publishing.with_numbers([row])[0]


def _written(request: HttpRequest, pk: int) -> dict[str, Any]:
    access = open_list(user_of(request), pk)
    return write_list(access, access.reading_list.entries.count())
