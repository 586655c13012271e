"""Whole lists: made, described, archived, put into the bin, taken out, deleted for good; and the
one list of a reader where one press saves.

It never asks who may do it (access.py does). A list in the bin opens for nobody, by link neither;
after 30 days it is deleted.
"""

from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from readinglists.changing import changing, check_version
from readinglists.history import Changed, Kind, record
from readinglists.models import ListChange, ReadingList
from readinglists.models.lists import ReadingListQuerySet
from readinglists.saves import keeping_saves, lock_lists_of

DAYS_IN_BIN = 30
# Of the bin, on its one page.
MOST_SHOWN = 200


def make_list(
    owner: AbstractBaseUser, title: str, description: str = "", byline: str = ""
) -> ReadingList:
    return ReadingList.objects.create(
        owner_id=owner.pk, title=title, description=description, byline=byline
    )


def set_details(
    reading_list: ReadingList, details: dict[str, str], *, by: AbstractBaseUser, seen: int
) -> ListChange | None:
    """Write title, description and byline, those that `details` has; None where they stand so.

    Raises EditConflictError when somebody changed them since version `seen`, and
    ReadingList.DoesNotExist when the list is gone or in the bin.
    """
    with changing(reading_list.pk) as current:
        now = {name: str(getattr(current, name)) for name in details}
        if now == details:
            return None
        check_version(seen, now, current.version)
        ReadingList.objects.filter(pk=current.pk).update(**details, version=current.version + 1)
        rows = [Changed("list", current.pk, now, details)]
        return record(current, by, Kind.DETAILS, rows)


def default_list(reader: AbstractBaseUser) -> ReadingList:
    """Return the list where one press saves, made with the title "Saved" if there is none."""
    with transaction.atomic():
        lock_lists_of(reader.pk)
        there = ReadingList.objects.of(reader).filter(is_default=True).first()
        return there or ReadingList.objects.create(
            owner_id=reader.pk, title=_("Saved"), is_default=True
        )


def make_default(reading_list: ReadingList) -> None:
    """Let one press save into this list of its owner from now on."""
    with changing(reading_list.pk) as current:
        ReadingList.objects.filter(owner_id=current.owner_id, is_default=True).update(
            is_default=False
        )
        ReadingList.objects.filter(pk=current.pk).update(is_default=True, archived_at=None)


def set_archived(reading_list: ReadingList, *, archived: bool) -> None:
    """Take the list out of sight of its owner's other lists, or back; nothing else changes."""
    with changing(reading_list.pk) as current:
        moment = Now() if archived else None
        fields = {"is_default": False} if archived else {}
        ReadingList.objects.filter(pk=current.pk).update(archived_at=moment, **fields)


def delete_list(reading_list: ReadingList) -> None:
    """Put the list into the bin. Doing so twice does no harm. Raises ReadingList.DoesNotExist where
    it was given to somebody else, or deleted for good, since it was read."""
    with transaction.atomic():
        _hold(reading_list)
        papers = _papers_of(reading_list)
        with keeping_saves(reading_list.owner_id, papers):
            ReadingList.objects.filter(pk=reading_list.pk, deleted_at=None).update(
                deleted_at=Now(), is_default=False
            )


def restore_list(reading_list: ReadingList) -> None:
    """Take the list out of the bin, as it was, links and members included. Raises as
    `delete_list`."""
    with transaction.atomic():
        _hold(reading_list)
        with keeping_saves(reading_list.owner_id, _papers_of(reading_list)):
            ReadingList.objects.filter(pk=reading_list.pk).update(deleted_at=None)


def lists_in_bin(owner: AbstractBaseUser) -> ReadingListQuerySet:
    """The reader's lists in the bin, the last one deleted first."""
    mine = ReadingList.objects.filter(owner_id=owner.pk, deleted_at__isnull=False)
    return mine.order_by("-deleted_at", "-pk")


def days_left(reading_list: ReadingList, *, now: datetime) -> int:
    """Return for how many more days a list in the bin is kept, the one that began included."""
    if reading_list.deleted_at is None:
        raise ValueError("The list is not in the bin.")
    left = reading_list.deleted_at + timedelta(days=DAYS_IN_BIN) - now
    return max(-(-left // timedelta(days=1)), 0)


def delete_for_good(reading_list: ReadingList) -> bool:
    """Delete a list that is in the bin with all that belongs to it; False if it is not there."""
    with transaction.atomic():
        # Django reads the rows before it deletes them: without the lock also a list that was taken
        # out between the two.
        lock_lists_of(reading_list.owner_id)
        in_bin = ReadingList.objects.filter(pk=reading_list.pk, deleted_at__isnull=False)
        return bool(in_bin.delete()[0])


def empty_old_bins(*, now: datetime) -> int:
    """Delete what has been in a bin for 30 days; return how many lists."""
    old = ReadingList.objects.filter(deleted_at__lt=now - timedelta(days=DAYS_IN_BIN))
    return sum(delete_for_good(reading_list) for reading_list in old)


def _hold(reading_list: ReadingList) -> None:
    """Hold back other changes of the lists of the owner that the list was read with."""
    lock_lists_of(reading_list.owner_id)
    same = ReadingList.objects.filter(pk=reading_list.pk, owner_id=reading_list.owner_id)
    if not same.exists():
        raise ReadingList.DoesNotExist


def _papers_of(reading_list: ReadingList) -> list[int]:
    return list(reading_list.entries.order_by().values_list("paper_id", flat=True))
