"""Entries and whole lists taken into other lists: copied with their notes and tags, or moved.

`take_place` decides how often a reader may: thousands of papers are each copied and ranked.
"""

from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from papers.limits import CacheAwayError, Limit, take
from readinglists import entries
from readinglists.changing import changing, hold
from readinglists.entries import NewEntry
from readinglists.history import Changed, Kind, join_halves, record
from readinglists.keeping import make_list
from readinglists.merging import join_notes
from readinglists.models import Entry, Heading, ListChange, ReadingList
from readinglists.positions import Spot, items_in_order, keys_at_end
from readinglists.tags import join_tags

A_READER = Limit("list-copies", amount=30, window_seconds=3600)
MANY = 200  # entries at once: fewer cost no place


class CannotCopyError(ValueError):
    """The message is in words for the reader."""


def take_place(by: AbstractBaseUser, entries_at_once: int | None = None) -> None:
    """Raise CannotCopyError, in words, after thirty copies of lists or many entries in an hour."""
    if entries_at_once is not None and entries_at_once < MANY:
        return
    try:
        is_free = take(A_READER, str(by.pk))
    except CacheAwayError as error:
        raise CannotCopyError(
            _("Nothing can be copied just now. Please try again in a minute.")
        ) from error
    if not is_free:
        words = _("You copied %d times within an hour. Please go on in a while.")
        raise CannotCopyError(words % A_READER.amount)


def copy_entries(
    source: ReadingList,
    entry_ids: Iterable[int],
    target: ReadingList,
    *,
    by: AbstractBaseUser,
) -> ListChange | None:
    """Put these papers of `source` at the end of `target` too, in their order, with notes and
    tags; None if all were there. What `target` has already stays as it is there.

    Raises ReadingList.DoesNotExist when `target` is gone.
    """
    chosen = _chosen(source, entry_ids)
    return entries.add_many(target, [_new(entry) for entry in chosen], by=by)


def move_entries(
    source: ReadingList,
    entry_ids: Iterable[int],
    target: ReadingList,
    *,
    by: AbstractBaseUser,
) -> tuple[ListChange | None, ListChange | None]:
    """As `copy_entries`, and take them out of `source`: the changes of both, source first.

    Where `target` has a paper already, that entry keeps its place and gets the note and tags of the
    one that goes beside its own, as when two papers become one (merging.py).
    """
    ids = list(entry_ids)
    with transaction.atomic():
        _hold_both(source, target)
        brought = _bring(_chosen(source, ids), target, by)
        sent = entries.remove_many(source, ids, by=by, kind=Kind.SENT)
        if sent and brought:
            join_halves(sent, brought)
        return sent, brought


def copy_list(source: ReadingList, owner: AbstractBaseUser) -> ReadingList:
    """Make a list of `owner` with the same title, description, order, headings, notes and tags."""
    with transaction.atomic():
        made = make_list(owner, source.title, source.description)
        spots = items_in_order(source.pk)
        keys = dict(zip(spots, keys_at_end(made.pk, len(spots)), strict=True))
        rows = list(source.entries.order_by("position", "pk"))
        with_keys = [entry for entry in rows if Spot("e", entry.pk) in keys]
        held = hold(made.pk)
        copied = entries.insert(held, [_new(entry) for entry in with_keys], by=owner)
        for old, new in zip(with_keys, copied, strict=True):
            new.position = keys[Spot("e", old.pk)]
        Entry.objects.bulk_update(copied, ["position"], batch_size=entries.BATCH)
        Heading.objects.bulk_create(
            Heading(reading_list=made, title=head.title, position=keys[Spot("h", head.pk)])
            for head in source.headings.all()
            if Spot("h", head.pk) in keys
        )
    return made


def _chosen(source: ReadingList, entry_ids: Iterable[int]) -> list[Entry]:
    return list(source.entries.filter(pk__in=list(entry_ids)).order_by("position", "pk"))


def _bring(chosen: list[Entry], target: ReadingList, by: AbstractBaseUser) -> ListChange | None:
    with changing(target.pk) as held:
        joined = _join_twins(chosen, held)
        made = entries.insert(held, [_new(entry) for entry in chosen], by=by)
        if not made and not joined:
            return None
        return record(held, by, Kind.BROUGHT, [*entries.added_rows(made), *joined])


def _join_twins(chosen: list[Entry], held: ReadingList) -> list[Changed]:
    """Give entries that `held` has of the same papers their notes and tags; return what changed."""
    coming = {entry.paper_id: entry for entry in chosen}
    rows, joined = [], []
    for twin in held.entries.filter(paper_id__in=coming).order_by("position", "pk"):
        entry = coming[twin.paper_id]
        before = {"note": twin.note, "tags": list(twin.tags)}
        twin.note = join_notes(twin.note, entry.note)
        twin.tags = join_tags(twin.tags, entry.tags)
        after = {"note": twin.note, "tags": list(twin.tags)}
        if after != before:
            twin.version += 1
            joined.append(twin)
            rows.append(Changed("entry", twin.pk, before, after))
    Entry.objects.bulk_update(joined, ["note", "tags", "version"], batch_size=entries.BATCH)
    return rows


def _hold_both(source: ReadingList, target: ReadingList) -> None:
    # In one order, so that two readers who move in opposite directions cannot deadlock.
    for reading_list in sorted((source, target), key=lambda each: each.owner_id):
        hold(reading_list.pk)


def _new(entry: Entry) -> NewEntry:
    return NewEntry(entry.paper_id, entry.note, tuple(entry.tags))
