"""Followed searches: listed, made, changed, ended; what came and matches."""

from datetime import UTC, datetime
from typing import Annotated, Any, cast

from django.db.models import F, Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from accounts import feed_keys, follows
from accounts.follow_pages import Row
from accounts.following import DAYS_BACK
from accounts.follows import CannotFollow
from accounts.matching import nudging
from accounts.models import Follow as FollowRow
from accounts.models import QueryMatch, User
from papers.api.access import FOLLOWS, READ, may, user_of
from papers.api.errors import Refusal
from papers.api.fields import After, Asked, Limit, Number, Text
from papers.api.paging import link_after, read_after
from papers.api.schemas import PaperPage, read_papers
from papers.api.scopes import Scope
from papers.models import Paper

router = Router(tags=["follows"])
PAGE_SIZE = 20
Name = Annotated[Text, Field(max_length=follows.LONGEST_NAME)]


class Feed(Schema):
    format: str
    url: str = Field(description="Secret: whoever knows it can read the feed.")


class Follow(Schema):
    id: int
    name: str
    query: str = Field(description="As it was understood.")
    in_digest: bool
    created_at: datetime
    feeds: list[Feed] = Field(description="Only for a token with `follows`: they outlive it.")


class FollowPage(Schema):
    items: list[Follow]
    next: str | None = Field(description="Address of the next page; null after the last.")


class NewFollow(Asked):
    query: Annotated[Text, Field(min_length=1, max_length=1000)]
    name: Name = ""
    in_digest: bool = True


class FollowChange(Asked):
    name: Name | None = None
    in_digest: bool | None = None


@router.get("/follows", response=FollowPage, auth=READ, summary="Searches you follow")
def list_follows(
    request: HttpRequest, limit: Limit = PAGE_SIZE, after: After = ""
) -> dict[str, Any]:
    since = read_after("follows", after)
    mine = FollowRow.objects.of(user_of(request).pk).order_by("pk")
    rows = list((mine.filter(pk__gt=since[0]) if since else mine)[: limit + 1])
    end = (rows[limit - 1].pk,) if len(rows) > limit else None
    items = [_written(request, row) for row in rows[:limit]]
    return {"items": items, "next": link_after(request, "follows", end)}


@router.post(
    "/follows", response={200: Follow, 201: Follow}, auth=FOLLOWS, summary="Follow a search"
)
def follow(request: HttpRequest, asked: NewFollow) -> Status[dict[str, Any]]:
    """201 with the new one; 200 with the one there is where the same is followed already."""
    reader = _reader(request)
    try:
        known = follows.find(reader, follows.read_query(asked.query))
        made = known or follows.follow(reader, asked.query, asked.name)
    except CannotFollow as error:
        raise Refusal(422, str(error), where="body.query") from error
    if known is None:
        _set_in_digest(made, asked.in_digest)
        nudging.nudge()
    return Status(200 if known else 201, _written(request, made))


@router.get("/follows/{int:pk}", response=Follow, auth=READ, summary="One of them")
def show(request: HttpRequest, pk: Number) -> dict[str, Any]:
    return _written(request, _own(request, pk))


@router.patch("/follows/{int:pk}", response=Follow, auth=FOLLOWS, summary="Change it")
def change(request: HttpRequest, pk: Number, asked: FollowChange) -> dict[str, Any]:
    """What is left out stays as it is."""
    mine = _own(request, pk)
    if asked.name is not None:
        try:
            follows.rename(mine, asked.name)
        except CannotFollow as error:
            raise Refusal(422, str(error), where="body.name") from error
    if asked.in_digest is not None:
        _set_in_digest(mine, asked.in_digest)
    return _written(request, mine)


@router.delete("/follows/{int:pk}", response={204: None}, auth=FOLLOWS, summary="End it")
def unfollow(request: HttpRequest, pk: Number) -> Status[None]:
    _own(request, pk).delete()
    return Status(204, None)


@router.post(
    "/follows/{int:pk}/key", response=Follow, auth=FOLLOWS, summary="New addresses of its feeds"
)
def renew_key(request: HttpRequest, pk: Number) -> dict[str, Any]:
    """The old ones open nothing any more."""
    mine = _own(request, pk)
    feed_keys.renew_key(mine)
    return _written(request, mine)


@router.get(
    "/follows/{int:pk}/papers", response=PaperPage, auth=READ, summary="What came and matches"
)
def matches(
    request: HttpRequest, pk: Number, limit: Limit = PAGE_SIZE, after: After = ""
) -> dict[str, Any]:
    """Papers of the last 30 days, those that came last first.

    Only what was matched as it came: where a query asks for votes, lists or a number of days back,
    ask `/search` with it for what holds now.
    """
    mine = _own(request, pk)
    question = f"follow {mine.pk}"
    rows = _matched(mine, read_after(question, after), limit + 1)
    end = _end(rows[limit - 1]) if len(rows) > limit else None
    return {
        "items": read_papers([row.pk for row in rows[:limit]], user_of(request)),
        "next": link_after(request, question, end),
    }


def _matched(mine: FollowRow, since: list[Any] | None, most: int) -> list[Paper]:
    lately = QueryMatch.objects.of_the_last(DAYS_BACK, now=timezone.now())
    ids = lately.filter(standing=mine.standing_id).values("paper_id")
    papers = Paper.objects.filter(pk__in=ids).only("announced_on")
    if since is not None:
        day, pk = since
        undated = Q(announced_on=None)
        later = undated if day else Q(pk=None)
        on_day = Q(announced_on=day, pk__lt=pk) if day else undated & Q(pk__lt=pk)
        earlier = Q(announced_on__lt=day) if day else Q(pk=None)
        papers = papers.filter(earlier | on_day | later)
    newest = papers.order_by(F("announced_on").desc(nulls_last=True), "-pk")
    return list(newest[:most])


def _end(row: Paper) -> tuple[str, int]:
    return (row.announced_on.isoformat() if row.announced_on else "", row.pk)


def _set_in_digest(follow: FollowRow, in_digest: bool) -> None:
    if follow.in_digest != in_digest:
        follow.in_digest = in_digest
        follow.save(update_fields=["in_digest"])


def _written(request: HttpRequest, follow: FollowRow) -> dict[str, Any]:
    feeds = Row(follow).feeds if may(request, Scope.FOLLOWS) else []
    return {
        "id": follow.pk,
        "name": follow.name,
        "query": follow.query,
        "in_digest": follow.in_digest,
        "created_at": follow.created_at.astimezone(UTC),
        "feeds": [{"format": name, "url": url} for name, url in feeds],
    }


def _reader(request: HttpRequest) -> User:
    return cast("User", user_of(request))


def _own(request: HttpRequest, pk: int) -> FollowRow:
    return get_object_or_404(FollowRow.objects.of(user_of(request).pk), pk=pk)
