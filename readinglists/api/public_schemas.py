"""How lists are written for programs of those who may read them and no more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from ninja import Schema
from pydantic import Field

from papers.api.schemas import Paper, read_papers
from readinglists.list_follows import Followed
from readinglists.models import Entry as EntryRow
from readinglists.models import ReadingList as ListRow
from readinglists.places import full_address


class PublicList(Schema):
    id: int
    title: str
    description: str = Field(description="Markdown.")
    byline: str = Field(description="Who made it, if they say so.")
    size: int
    followers: int
    published_at: datetime
    changed_at: datetime
    url: str


class PublicListPage(Schema):
    items: list[PublicList]
    next: str | None = Field(description="Address of the next page; null after the last.")


class PublicEntry(Schema):
    id: int
    note: str
    tags: list[str]
    added_at: datetime
    paper: Paper


class PublicEntryPage(Schema):
    items: list[PublicEntry]
    next: str | None = Field(description="Address of the next page; null after the last.")


class FollowedList(Schema):
    id: int = Field(description="Of the follow, not of the list.")
    title: str
    since: datetime
    url: str | None = Field(description="Null: it ended with its link, or is public no more.")


def write_public_list(row: ListRow) -> dict[str, Any]:
    """`row` is one of publishing.with_numbers."""
    names = ("title", "description", "byline", "size", "followers", "published_at", "changed_at")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in names},
        "url": full_address(reverse("readinglists:public_list", args=[row.pk])),
    }


def write_public_entries(
    rows: Sequence[EntryRow], reader: AbstractBaseUser | AnonymousUser
) -> list[dict[str, Any]]:
    """Those of papers that are gone are left out."""
    papers = {each["number"]: each for each in read_papers([r.paper_id for r in rows], reader)}
    return [
        {
            "id": row.pk,
            "note": row.note,
            "tags": row.tags,
            "added_at": row.added_at,
            "paper": papers[row.paper_id],
        }
        for row in rows
        if row.paper_id in papers
    ]


def write_followed(row: Followed) -> dict[str, Any]:
    url = None
    if row.key:
        url = full_address(reverse("readinglists:shared", args=[row.key]))
    elif row.public_list is not None:
        url = full_address(reverse("readinglists:public_list", args=[row.public_list]))
    return {"id": row.pk, "title": row.title, "since": row.since, "url": url}
