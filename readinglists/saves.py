"""PaperStats.saves: how many readers have a paper in at least one list of their own.

It changes in the transaction that changes the list, and counts a reader once however many lists
hold the paper. Nothing else writes the counter.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from papers import counts, marks
from readinglists.models import Entry, ReadingList


@contextmanager
def keeping_saves(owner_id: int, paper_ids: Iterable[int]) -> Iterator[None]:
    """Run the body in a transaction and bring `saves` of these papers to what it made of them.

    The owner's row is locked first: two tabs that put one paper into two lists would otherwise
    both see it as new. The same lock makes every change of one reader's lists wait its turn.
    """
    ids = list(paper_ids)
    with transaction.atomic():
        lock_lists_of(owner_id)
        before = marks.bearing("saved", owner_id, ids)
        yield
        after = marks.bearing("saved", owner_id, ids)
        changes = dict.fromkeys(after - before, 1) | dict.fromkeys(before - after, -1)
        counts.change_own("saves", changes, now=timezone.now())


def lock_lists_of(*owner_ids: int) -> None:
    """Hold back other changes of these readers' lists until the transaction ends.

    In one order, so that two who lock the same readers cannot deadlock.

    NO KEY: rows that only refer to the reader can still be written meanwhile.
    """
    owners = get_user_model().objects.select_for_update(no_key=True).filter(pk__in=owner_ids)
    list(owners.order_by("pk").values_list("pk", flat=True))


def forget_reader(instance: AbstractBaseUser, **_signal: Any) -> None:
    """Take a reader who is about to be deleted out of every count (receiver of pre_delete)."""
    saved = papers_saved_by(instance.pk)
    counts.change_own("saves", dict.fromkeys(saved, -1), now=timezone.now())


def papers_saved_by(owner_id: int) -> set[int]:
    """Return the ids of all papers in the reader's own lists, but for those in the bin."""
    kept = ReadingList.objects.kept().filter(owner=owner_id)
    entries = Entry.objects.filter(reading_list__in=kept)
    return set(entries.order_by().values_list("paper_id", flat=True))
