"""A reader's own lists as an archive has them, those in the bin too.

A paper that is not here yet stands at its place like any other, marked as `waiting`: where it is
imported it is found or waits again.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.archive.naming import BATCH, PaperName, names_of
from accounts.archive.rows import Row, in_batches, plain, value
from accounts.models import User, WaitingPaper
from readinglists.models import Entry, Heading, ListChange, ReadingList

DETAILS = (
    *("title", "description", "byline", "is_default", "published_at", "archived_at"),
    *("deleted_at", "created_at", "changed_at"),
)


@dataclass(frozen=True, slots=True)
class _Waiting:
    position: str
    row: Row


def own_lists(user: User) -> list[ReadingList]:
    return list(ReadingList.objects.filter(owner=user).order_by("pk"))


def lists(user: User) -> Iterator[Row]:
    """`items`, in the list's order, and `history` are iterators: a list may hold thousands."""
    return (_list(reading_list, user) for reading_list in own_lists(user))


def _list(reading_list: ReadingList, user: User) -> Row:
    links = reading_list.share_links.order_by("pk")
    members = reading_list.members.order_by("pk")
    invitations = reading_list.invitations.order_by("pk")
    fields = ("name", "can_edit", "needs_login", "created_at", "expires_at", "revoked_at")
    invited = ("email", "role", "created_at", "expires_at")
    return {
        **plain(reading_list, DETAILS),
        "items": _items(reading_list),
        "links": [plain(link, fields) for link in links],
        "members": [plain(member, ("role", "joined_at")) for member in members],
        "invitations": [plain(invitation, invited) for invitation in invitations],
        "history": _history(reading_list, user),
    }


def _items(reading_list: ReadingList) -> Iterator[Row]:
    # Keys sort bytewise, as Python compares them; at one key headings come first.
    headings = reading_list.headings.order_by("position", "pk").iterator(chunk_size=BATCH)
    entries = reading_list.entries.order_by("position", "pk").iterator(chunk_size=BATCH)
    merged: Iterator[Entry | Heading | _Waiting] = heapq.merge(
        *(headings, entries, _waiting(reading_list)),
        key=lambda row: (row.position, not isinstance(row, Heading)),
    )
    for batch in in_batches(merged):
        names = names_of(row.paper_id for row in batch if isinstance(row, Entry))
        for row in batch:
            if isinstance(row, Heading):
                yield {"heading": row.title}
            elif isinstance(row, _Waiting):
                yield row.row
            elif row.paper_id in names:
                fields = plain(row, ("note", "tags", "added_at"))
                yield {"paper": names[row.paper_id].as_json(), **fields}


def _waiting(reading_list: ReadingList) -> list[_Waiting]:
    """What the list waits for, of files that were imported and of archives, in its order."""
    found = []
    for row in reading_list.waiting.wanted().order_by("position", "pk"):
        name = PaperName(((row.scheme, row.value),), row.title)
        fields = {**plain(row, ("note", "tags")), "added_at": value(row.made_at)}
        found.append(_place(row.position, name, fields))
    number = reading_list.pk
    for paper in WaitingPaper.objects.filter(
        user=reading_list.owner_id, wishes__entries__contains=[{"list": number}]
    ).order_by("pk"):
        places = [place for place in paper.wishes["entries"] if place["list"] == number]
        for place in places:
            fields = {key: place[key] for key in ("note", "tags", "added_at")}
            found.append(_place(place["position"], PaperName.from_row(paper), fields))
    return sorted(found, key=lambda each: each.position)


def _place(position: str, name: PaperName, fields: Row) -> _Waiting:
    return _Waiting(position, {"paper": name.as_json(), **fields, "waiting": True})


def _history(reading_list: ReadingList, user: User) -> Iterator[Row]:
    rows = ListChange.objects.filter(reading_list=reading_list).order_by("pk").defer("rows")
    for row in rows.iterator(chunk_size=BATCH):
        yield {
            "by": "you" if row.user_id == user.pk else "another" if row.user_id else "the site",
            **plain(row, ("kind", "words")),
            "changed_at": value(row.changed_at),
            "undone": row.undone_at is not None,
        }
