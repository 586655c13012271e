"""What a list holds and in which order: add, remove, move, note, file a paper, delete a list.

It never asks who may do it (access.py does). Order is by fractional keys: a moved entry gets a key
between its new neighbours and no other row changes (`Entry.position`).
"""

from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Now
from fractional_indexing import FIError, generate_key_between, generate_n_keys_between

from papers.models import Paper
from readinglists.models import Entry, ReadingList
from readinglists.saves import keeping_saves, lock_lists_of

# Moving again and again into the same gap adds a character about every six moves; past this
# length the keys of the whole list are written anew. The column holds 200.
LONGEST_KEY = 100


def add(reading_list: ReadingList, paper: Paper) -> bool:
    """Put `paper` at the end of the list; return False if it was there already.

    Raises ReadingList.DoesNotExist when the list was deleted meanwhile.
    """
    with keeping_saves(reading_list.owner_id, [paper.pk]):
        current = ReadingList.objects.get(pk=reading_list.pk)
        if current.entries.filter(paper=paper).exists():
            return False
        current.entries.create(paper=paper, position=_key_at_end(current))
        _touch(current.pk)
    return True


def remove(entry: Entry) -> None:
    """Take the entry, its note too, out of its list. Doing it twice does no harm."""
    with keeping_saves(entry.reading_list.owner_id, [entry.paper_id]):
        Entry.objects.filter(pk=entry.pk).delete()
        _touch(entry.reading_list_id)


def file_paper(
    owner: AbstractBaseUser,
    paper: Paper,
    *,
    into: Iterable[ReadingList] = (),
    out_of: Iterable[ReadingList] = (),
    new_title: str = "",
) -> None:
    """Add the paper to some lists of `owner`, and to a new one if titled; take it out of others.

    All or nothing. Raises ReadingList.DoesNotExist when a list was deleted meanwhile.
    """
    with transaction.atomic():
        lock_lists_of(owner.pk)
        targets = list(into)
        if new_title:
            targets.append(ReadingList.objects.create(owner_id=owner.pk, title=new_title))
        for reading_list in targets:
            add(reading_list, paper)
        for entry in Entry.objects.filter(reading_list__in=list(out_of), paper=paper):
            remove(entry)


def move(entry: Entry, *, before: int | None = None, after: int | None = None) -> None:
    """Put the entry just before or just after the entry of that id, or with neither on top.

    Moves of one list wait for each other. Raises Entry.DoesNotExist when the entry, or the one it
    should stand beside, is not in the list any more; then nothing has changed.
    """
    with transaction.atomic():
        lock_lists_of(entry.reading_list.owner_id)
        rows = Entry.objects.filter(reading_list_id=entry.reading_list_id)
        keys = dict(rows.order_by("position", "pk").values_list("pk", "position"))
        if keys.pop(entry.pk, None) is None:
            raise Entry.DoesNotExist
        _place(entry.pk, keys, _index_beside(list(keys), before, after))
        _touch(entry.reading_list_id)


def set_note(entry: Entry, note: str) -> None:
    with transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(note=note)
        _touch(entry.reading_list_id)


def delete_list(reading_list: ReadingList) -> None:
    """Delete the list with its entries, notes and links."""
    with transaction.atomic():
        lock_lists_of(reading_list.owner_id)
        papers = list(reading_list.entries.order_by().values_list("paper_id", flat=True))
        with keeping_saves(reading_list.owner_id, papers):
            ReadingList.objects.filter(pk=reading_list.pk).delete()


def _key_at_end(reading_list: ReadingList) -> str:
    last = reading_list.entries.order_by("-position").values_list("position", flat=True).first()
    return str(generate_key_between(last, None))


def _index_beside(order: list[int], before: int | None, after: int | None) -> int:
    beside = before if before is not None else after
    if beside is None:
        return 0
    if beside not in order:
        raise Entry.DoesNotExist
    return order.index(beside) + (before is None)


def _place(pk: int, others: dict[int, str], index: int) -> None:
    """Give the entry a key that sorts it before others[index]; `others`: id to key, in order."""
    keys = [None, *others.values(), None]
    try:
        key = str(generate_key_between(keys[index], keys[index + 1]))
    except FIError:  # two equal keys, which only a write from outside this module can leave
        key = ""
    if key and len(key) <= LONGEST_KEY:
        Entry.objects.filter(pk=pk).update(position=key)
    else:
        order = list(others)
        order.insert(index, pk)
        _write_keys_anew(order)


def _write_keys_anew(order: list[int]) -> None:
    keys = generate_n_keys_between(None, None, len(order))
    rows = [Entry(pk=pk, position=key) for pk, key in zip(order, keys, strict=True)]
    Entry.objects.bulk_update(rows, ["position"], batch_size=1000)


def _touch(list_id: int) -> None:
    ReadingList.objects.filter(pk=list_id).update(changed_at=Now())
