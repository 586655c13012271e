"""A list that its reader had elsewhere, made again here: entries and headings in their order.

Papers that are not known here yet keep their place by the key they are to get (`bring_entry`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Now
from fractional_indexing import generate_n_keys_between

from readinglists.entries import BATCH, added_rows
from readinglists.history import Kind, record
from readinglists.models import Entry, Heading, ReadingList
from readinglists.positions import free_key
from readinglists.saves import keeping_saves, lock_lists_of


@dataclass(frozen=True, slots=True)
class Details:
    title: str
    description: str = ""
    byline: str = ""
    is_default: bool = False
    is_archived: bool = False
    is_in_bin: bool = False


@dataclass(frozen=True, slots=True)
class Brought:
    """A heading, an entry, or with neither the place of a paper that is not known yet."""

    heading: str = ""
    paper_id: int | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    added_at: datetime | None = None


@transaction.atomic
def bring_list(
    owner: AbstractBaseUser, details: Details, items: Sequence[Brought]
) -> tuple[ReadingList, list[str]]:
    """Make a new list of `owner`, private, and return it with the key of each item's place.

    Where one press saves stays where it is if the reader has such a list. A paper that comes twice
    comes once. All papers must exist.
    """
    lock_lists_of(owner.pk)
    made = _make(owner, details)
    keys = [str(key) for key in generate_n_keys_between(None, None, len(items))]
    placed = list(zip(keys, items, strict=True))
    Heading.objects.bulk_create(
        [
            Heading(reading_list=made, title=item.heading, position=key)
            for key, item in placed
            if item.heading
        ],
        batch_size=BATCH,
    )
    first: dict[int, tuple[str, Brought]] = {}
    for key, item in placed:
        if item.paper_id is not None and not item.heading:
            first.setdefault(item.paper_id, (key, item))
    with keeping_saves(owner.pk, first):
        rows = [_entry(made.pk, owner, pk, key, item) for pk, (key, item) in first.items()]
        entries = Entry.objects.bulk_create(rows, batch_size=BATCH)
    record(made, owner, Kind.IMPORTED, added_rows(entries))
    return made, keys


def bring_entry(owner: AbstractBaseUser, list_id: int, position: str, item: Brought) -> bool:
    """Put a paper that is known now at its place, in a list in the bin too: it may be taken out
    again. False where the list is gone, somebody else's by now, or has the paper."""
    if item.paper_id is None:
        return False
    with keeping_saves(owner.pk, [item.paper_id]):
        current = ReadingList.objects.filter(pk=list_id, owner_id=owner.pk).first()
        if current is None or current.entries.filter(paper_id=item.paper_id).exists():
            return False
        key = free_key(current.pk, position)
        entry = _entry(current.pk, owner, item.paper_id, key, item)
        entry.save(force_insert=True)
        record(current, owner, Kind.IMPORTED, added_rows([entry]))
        ReadingList.objects.filter(pk=list_id).update(changed_at=Now())
    return True


def _make(owner: AbstractBaseUser, details: Details) -> ReadingList:
    in_use = not details.is_archived and not details.is_in_bin
    has_default = ReadingList.objects.filter(owner_id=owner.pk, is_default=True).exists()
    made = ReadingList.objects.create(
        owner_id=owner.pk,
        title=details.title,
        description=details.description,
        byline=details.byline,
        is_default=details.is_default and in_use and not has_default,
    )
    archived_at = Now() if details.is_archived else None
    deleted_at = Now() if details.is_in_bin else None
    if not in_use:
        ReadingList.objects.filter(pk=made.pk).update(
            archived_at=archived_at, deleted_at=deleted_at
        )
    return made


def _entry(
    list_id: int, owner: AbstractBaseUser, paper_id: int, position: str, item: Brought
) -> Entry:
    moment = {"added_at": item.added_at} if item.added_at else {}
    return Entry(
        reading_list_id=list_id,
        paper_id=paper_id,
        position=position,
        note=item.note,
        tags=list(item.tags),
        added_by_id=owner.pk,
        **moment,
    )
