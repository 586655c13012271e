"""What a list holds: papers added, removed, moved, noted, tagged and filed.

It never asks who may do it (access.py does); `by` is who did, for the list's history. All of it can
be undone (history.py). Order: positions.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F

from papers.models import Paper
from readinglists.changing import changing, check_version
from readinglists.history import Changed, Kind, record, values_of
from readinglists.models import Entry, ListChange, ReadingList
from readinglists.positions import NOTHING, Gap, Spot, keys_at_end, keys_in
from readinglists.saves import keeping_saves, lock_lists_of

BATCH = 1000


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A paper to be put into a list, with what comes along."""

    paper_id: int
    note: str = ""
    tags: tuple[str, ...] = ()


def add(
    reading_list: ReadingList, paper: Paper, *, by: AbstractBaseUser | None
) -> ListChange | None:
    """Put `paper` at the end of the list; return the change, None if it was there already.

    Raises ReadingList.DoesNotExist when the list was deleted meanwhile.
    """
    return add_many(reading_list, [NewEntry(paper.pk)], by=by)


def add_many(
    reading_list: ReadingList,
    news: Sequence[NewEntry],
    *,
    by: AbstractBaseUser | None,
    kind: Kind = Kind.ADDED,
) -> ListChange | None:
    """Put papers at the end of the list, in this order, as one change; None if none was new.

    A paper that is in the list already, or comes twice, stays or comes once, as it was first. All
    papers must exist. Raises ReadingList.DoesNotExist as `add` does.
    """
    with changing(reading_list.pk) as current:
        made = insert(current, news, by=by)
        return record(current, by, kind, added_rows(made)) if made else None


def insert(
    held: ReadingList, news: Sequence[NewEntry], *, by: AbstractBaseUser | None
) -> list[Entry]:
    """As `add_many`, into a list that the caller holds, without writing history."""
    asked = held.entries.filter(paper_id__in=[new.paper_id for new in news])
    there = set(asked.order_by().values_list("paper_id", flat=True))
    fresh = {new.paper_id: new for new in reversed(news) if new.paper_id not in there}
    wanted = [fresh[new.paper_id] for new in news if fresh.get(new.paper_id) is new]
    keys = keys_at_end(held.pk, len(wanted))
    made = [
        Entry(
            reading_list_id=held.pk,
            paper_id=new.paper_id,
            position=key,
            note=new.note,
            tags=list(new.tags),
            added_by_id=by.pk if by else None,
        )
        for new, key in zip(wanted, keys, strict=True)
    ]
    with keeping_saves(held.owner_id, [entry.paper_id for entry in made]):
        return Entry.objects.bulk_create(made, batch_size=BATCH)


def added_rows(made: Iterable[Entry]) -> list[Changed]:
    return [Changed("entry", entry.pk, None, {"paper": entry.paper_id}) for entry in made]


def remove(entry: Entry, *, by: AbstractBaseUser | None) -> ListChange | None:
    """Take the entry, its note too, out of its list. Doing it twice does no harm."""
    return remove_many(entry.reading_list, [entry.pk], by=by)


def remove_many(
    reading_list: ReadingList,
    entry_ids: Iterable[int],
    *,
    by: AbstractBaseUser | None,
    kind: Kind = Kind.REMOVED,
) -> ListChange | None:
    """Take entries out of the list as one change; return it, None if none was there."""
    with changing(reading_list.pk) as current:
        gone = list(current.entries.filter(pk__in=list(entry_ids)))
        if not gone:
            return None
        with keeping_saves(current.owner_id, [entry.paper_id for entry in gone]):
            Entry.objects.filter(pk__in=[entry.pk for entry in gone]).delete()
        rows = [Changed("entry", entry.pk, values_of(entry), None) for entry in gone]
        return record(current, by, kind, rows)


def move(entry: Entry, gap: Gap, *, by: AbstractBaseUser | None) -> ListChange | None:
    """Put the entry into that gap of its list.

    Raises Entry.DoesNotExist (or Heading.DoesNotExist) when the entry, or what it should stand
    beside, is not in the list any more; then nothing has changed.
    """
    return move_many(entry.reading_list, [entry.pk], gap, by=by)


def move_many(
    reading_list: ReadingList, entry_ids: Sequence[int], gap: Gap, *, by: AbstractBaseUser | None
) -> ListChange | None:
    """Put entries into that gap, in the order in which they stand, as one change.

    None where they stand there already. Raises as `move`; also when one of them is the spot.
    """
    with changing(reading_list.pk) as current:
        moving = list(current.entries.filter(pk__in=entry_ids).order_by("position", "pk"))
        if len(moving) != len(set(entry_ids)):
            raise Entry.DoesNotExist
        spot = gap.before or gap.after
        if spot is not None and spot.kind == "e" and spot.pk in {entry.pk for entry in moving}:
            return None
        alone = Spot("e", moving[0].pk) if len(moving) == 1 else NOTHING
        keys = keys_in(current.pk, gap, len(moving), moving=alone)
        before = dict(current.entries.filter(pk__in=entry_ids).values_list("pk", "position"))
        rows = []
        for entry, key in zip(moving, keys, strict=True):
            entry.position = key
            rows.append(
                Changed("entry", entry.pk, {"position": before[entry.pk]}, {"position": key})
            )
        Entry.objects.bulk_update(moving, ["position"], batch_size=BATCH)
        return record(current, by, Kind.MOVED, rows)


def set_note(
    entry: Entry, note: str, *, by: AbstractBaseUser | None, seen: int
) -> ListChange | None:
    """Write the note that all see who can read the list; None where it reads so already.

    `seen` is the entry's version that the writer saw. Raises EditConflictError when there is a
    newer one, Entry.DoesNotExist when the entry is gone.
    """
    with changing(entry.reading_list_id) as current:
        now = current.entries.get(pk=entry.pk)
        if now.note == note:
            return None
        check_version(seen, {"note": now.note}, now.version)
        _write(now, note=note)
        row = Changed("entry", now.pk, {"note": now.note}, {"note": note})
        return record(current, by, Kind.NOTE, [row])


def set_tags(
    entry: Entry, tags: list[str], *, by: AbstractBaseUser | None, seen: int
) -> ListChange | None:
    """Write the entry's tags, as tags.py reads them. Raises as `set_note`."""
    with changing(entry.reading_list_id) as current:
        now = current.entries.get(pk=entry.pk)
        if now.tags == tags:
            return None
        check_version(seen, {"tags": ", ".join(now.tags)}, now.version)
        _write(now, tags=tags)
        row = Changed("entry", now.pk, {"tags": list(now.tags)}, {"tags": tags})
        return record(current, by, Kind.TAGS, [row])


def tag_many(
    reading_list: ReadingList,
    entry_ids: Iterable[int],
    tags: list[str],
    *,
    by: AbstractBaseUser | None,
    most: int = 20,
) -> ListChange | None:
    """Give entries these tags beside those they have, as one change; None where all had them.

    An entry that would have more than `most` stays as it is.
    """
    with changing(reading_list.pk) as current:
        rows, tagged = [], []
        for entry in current.entries.filter(pk__in=list(entry_ids)).order_by("position", "pk"):
            known = {tag.casefold() for tag in entry.tags}
            wanted = [*entry.tags, *(tag for tag in tags if tag.casefold() not in known)]
            if len(entry.tags) < len(wanted) <= most:
                rows.append(Changed("entry", entry.pk, {"tags": entry.tags}, {"tags": wanted}))
                entry.tags, entry.version = wanted, entry.version + 1
                tagged.append(entry)
        Entry.objects.bulk_update(tagged, ["tags", "version"], batch_size=BATCH)
        return record(current, by, Kind.TAGS, rows) if rows else None


def file_paper(
    owner: AbstractBaseUser,
    paper: Paper,
    *,
    into: Iterable[ReadingList] = (),
    out_of: Iterable[ReadingList] = (),
    new_title: str = "",
) -> None:
    """Add the paper to some lists, and to a new one of `owner` if titled; take it out of others.

    All or nothing. Raises ReadingList.DoesNotExist when a list was deleted meanwhile.
    """
    with transaction.atomic():
        targets, sources = list(into), list(out_of)
        # At once: two readers who file into each other's lists must not deadlock.
        lock_lists_of(owner.pk, *(each.owner_id for each in (*targets, *sources)))
        if new_title:
            targets.append(ReadingList.objects.create(owner_id=owner.pk, title=new_title))
        for reading_list in targets:
            add(reading_list, paper, by=owner)
        for entry in Entry.objects.filter(reading_list__in=sources, paper=paper):
            remove(entry, by=owner)


def _write(entry: Entry, **fields: object) -> None:
    Entry.objects.filter(pk=entry.pk).update(**fields, version=F("version") + 1)
