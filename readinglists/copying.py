"""Entries and whole lists taken into other lists: copied with their notes and tags, or moved.

`take_place` decides how often a reader may: thousands of papers are each copied and ranked.
"""

from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from papers.limits import CacheAwayError, Limit, take
from readinglists import entries
from readinglists.changing import hold
from readinglists.entries import NewEntry
from readinglists.keeping import make_list
from readinglists.models import Entry, Heading, ListChange, ReadingList
from readinglists.positions import Spot, items_in_order, keys_at_end

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
    chosen = source.entries.filter(pk__in=list(entry_ids)).order_by("position", "pk")
    return entries.add_many(target, [_new(entry) for entry in chosen], by=by)


def move_entries(
    source: ReadingList,
    entry_ids: Iterable[int],
    target: ReadingList,
    *,
    by: AbstractBaseUser,
) -> tuple[ListChange | None, ListChange | None]:
    """As `copy_entries`, and take them out of `source`: the changes of both, source first."""
    ids = list(entry_ids)
    with transaction.atomic():
        _hold_both(source, target)
        added = copy_entries(source, ids, target, by=by)
        return entries.remove_many(source, ids, by=by), added


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


def _hold_both(source: ReadingList, target: ReadingList) -> None:
    # In one order, so that two readers who move in opposite directions cannot deadlock.
    for reading_list in sorted((source, target), key=lambda each: each.owner_id):
        hold(reading_list.pk)


def _new(entry: Entry) -> NewEntry:
    return NewEntry(entry.paper_id, entry.note, tuple(entry.tags))
