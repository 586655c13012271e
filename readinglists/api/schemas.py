"""How lists and what they hold are written for other programs, and read with few queries."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from ninja import Schema
from pydantic import Field

from papers.api.errors import Error
from papers.api.fields import Asked, Moment, Text, Version
from papers.api.schemas import Paper, read_papers
from readinglists.access import Access, Rank
from readinglists.models import Entry as EntryRow
from readinglists.models import Heading as HeadingRow
from readinglists.states import states_of
from readinglists.tags import LONGEST_TAG, MOST_TAGS

_ABOUT_VERSIONS = "The one you saw; or send `If-Match` with the ETag. Without either: 428."
SeenVersion = Annotated[Version | None, Field(description=_ABOUT_VERSIONS)]
Title = Annotated[Text, Field(min_length=1, max_length=200)]
LongText = Annotated[Text, Field(max_length=5000)]
Byline = Annotated[Text, Field(max_length=100)]
Tags = Annotated[
    list[Annotated[Text, Field(min_length=1, max_length=LONGEST_TAG)]], Field(max_length=MOST_TAGS)
]
_ABOUT_SPOTS = "`e12` is the entry with the id 12, `h3` the heading with the id 3."
Spot = Annotated[str, Field(pattern=r"^[eh][0-9]{1,18}$", description=_ABOUT_SPOTS)]
StateName = Literal["", "to_read", "reading", "read"]
# As many as a page of the site ticks at once, and more.
EntryIds = Annotated[
    list[Annotated[int, Field(ge=1, le=2**63 - 1)]], Field(min_length=1, max_length=1000)
]
ROLES = {Rank.VIEW: "viewer", Rank.EDIT: "editor", Rank.OWN: "owner"}


class ReadingList(Schema):
    id: int
    title: str
    description: str = Field(description="Markdown.")
    byline: str
    role: str = Field(description="Yours: `owner`, `editor` or `viewer`.")
    size: int
    is_default: bool = Field(description="Whether one press on the site saves here.")
    is_public: bool
    archived_at: datetime | None
    version: int = Field(description="Counts changes of title, description and byline.")
    created_at: datetime
    changed_at: datetime
    url: str


class ListPage(Schema):
    items: list[ReadingList]
    next: str | None = Field(description="Address of the next page; null after the last.")


class NewList(Asked):
    title: Title
    description: LongText = ""
    byline: Byline = ""


class ListChange(Asked):
    version: SeenVersion = None
    title: Title | None = None
    description: LongText | None = None
    byline: Byline | None = None
    archived: bool | None = None
    is_default: Annotated[bool | None, Field(description="Only true can be said.")] = None


class Conflict(Error):
    current: dict[str, str] = Field(description="What stands there now, by field.")
    sent: dict[str, str] = Field(description="What you sent, by field; none of it was written.")
    version: int = Field(description="Send this one to write yours over what stands there.")


class Entry(Schema):
    id: int
    list_id: int
    heading_id: int | None = Field(description="The heading of the section it stands in.")
    note: str
    tags: list[str]
    version: int = Field(description="Counts changes of note and tags.")
    added_at: datetime
    added_by_you: bool
    state: str = Field(description="How far you are: empty, `to_read`, `reading` or `read`.")
    own_note: str = Field(description="Yours alone.")
    own_version: int = Field(description="Counts changes of your own note.")
    paper: Paper


class EntryPage(Schema):
    items: list[Entry]
    next: str | None = Field(description="Address of the next page; null after the last.")


class NewEntry(Asked):
    paper: Annotated[int | None, Field(ge=1, le=2**63 - 1, description="Its number, or")] = None
    name: Annotated[
        Text | None,
        Field(min_length=1, max_length=2000, description="an arXiv id, a DOI or an address."),
    ] = None
    note: LongText = ""
    tags: Tags = []


class EntryChange(Asked):
    version: SeenVersion = None
    note: LongText | None = None
    tags: Tags | None = None


class Move(Asked):
    """With neither it goes on top."""

    before: Spot | None = None
    after: Spot | None = None


class Bring(Asked):
    from_list: Annotated[int, Field(ge=1, le=2**63 - 1, description="The list they stand in.")]
    entries: EntryIds
    move: bool = Field(False, description="Whether to take them out there.")


class Brought(Schema):
    added: int = Field(description="How many came; those that stood here are not counted.")
    removed: int = Field(description="How many were taken out of the other list.")


class Heading(Schema):
    id: int
    title: str
    version: int


class Headings(Schema):
    items: list[Heading]


class NewHeading(Asked):
    title: Title
    before: Spot | None = None
    after: Spot | None = None


class HeadingChange(Asked):
    version: SeenVersion = None
    title: Title


class StateChange(Asked):
    state: StateName | None = None
    own_note: LongText | None = None
    version: Annotated[Version, Field(description="Of your own note, 0 for none.")] = 0


class OwnState(Schema):
    state: str
    own_note: str
    version: int


class Change(Schema):
    id: int
    kind: str
    by_you: bool
    words: str
    rows: int = Field(description="How many entries, headings or texts it changed.")
    changed_at: datetime
    undone_at: datetime | None
    can_be_undone: bool


class ChangePage(Schema):
    items: list[Change]
    next: str | None = Field(description="Address of the next page; null after the last.")


class Undone(Schema):
    change: Change
    left: list[str] = Field(description="What could not be put back, in words.")


class LinkTerms(Asked):
    name: Annotated[Text, Field(max_length=100, description="For you only.")] = ""
    can_edit: bool = Field(False, description="Whoever has it may join as an editor.")
    needs_login: bool = Field(False, description="Only for those who are logged in.")
    expires_at: Moment | None = Field(None, description="Null: until it is revoked.")


class Link(Schema):
    id: int
    name: str
    can_edit: bool
    needs_login: bool
    expires_at: datetime | None
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the hour.")
    revoked_at: datetime | None
    url: str | None = Field(
        description="Secret: it opens the list. Null: revoked, expired, or of a key replaced since."
    )


def write_list(access: Access, size: int) -> dict[str, Any]:
    row = access.reading_list
    names = ("title", "description", "byline", "is_public", "archived_at")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in names},
        "is_default": row.is_default and access.is_owner,
        "role": ROLES[access.rank],
        "size": size,
        "version": row.version,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
        "url": f"{settings.SITE_URL}{row.get_absolute_url()}",
    }


def write_entries(
    rows: Sequence[EntryRow], user: AbstractBaseUser, reader: AbstractBaseUser | AnonymousUser
) -> list[dict[str, Any]]:
    """Return entries of one list, with the marks and own notes of `reader`, nobody for a token that
    may not read them; those of papers that are gone are left out."""
    ids = [row.paper_id for row in rows]
    papers = {paper["number"]: paper for paper in read_papers(ids, reader)}
    states = states_of(reader, ids) if isinstance(reader, AbstractBaseUser) else {}
    headings = _headings_of(rows)
    positions = [heading.position for heading in headings]
    written = []
    for row in rows:
        state, above = states.get(row.paper_id), bisect_right(positions, row.position)
        if row.paper_id not in papers:
            continue
        written.append(
            {
                "id": row.pk,
                "list_id": row.reading_list_id,
                "heading_id": headings[above - 1].pk if above else None,
                "note": row.note,
                "tags": row.tags,
                "version": row.version,
                "added_at": row.added_at,
                "added_by_you": row.added_by_id == user.pk,
                "state": state.state if state else "",
                "own_note": state.own_note if state else "",
                "own_version": state.version if state else 0,
                "paper": papers[row.paper_id],
            }
        )
    return written


def _headings_of(rows: Sequence[EntryRow]) -> list[HeadingRow]:
    if not rows:
        return []
    headings = HeadingRow.objects.filter(reading_list_id=rows[0].reading_list_id)
    return list(headings.order_by("position", "pk"))
