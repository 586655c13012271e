"""Holding a list for a change: nobody else changes it until the transaction ends.

Changes of one reader's lists wait for each other (saves.py says why), so a list that is edited
together is held by its owner's row, whoever changes it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models.functions import Now

from readinglists.models import ReadingList
from readinglists.saves import lock_lists_of


class EditConflictError(Exception):
    """Somebody changed the text since it was read; nothing was written.

    `current` holds what stands there now, by field, `version` its number: whoever shows both texts
    sends it along with what is to stand.
    """

    def __init__(self, current: dict[str, str], version: int) -> None:
        super().__init__("The text was changed meanwhile.")
        self.current = current
        self.version = version


@contextmanager
def changing(list_id: int) -> Iterator[ReadingList]:
    """Run the body in a transaction, with the list as it is now, and mark the list as changed.

    Raises ReadingList.DoesNotExist when it is gone or in the bin.
    """
    with transaction.atomic():
        reading_list = hold(list_id)
        yield reading_list
        ReadingList.objects.filter(pk=list_id).update(changed_at=Now())


def hold(list_id: int) -> ReadingList:
    """Return the list as it is now, held until the transaction ends. Raises DoesNotExist as
    `changing` does."""
    owner_id = ReadingList.objects.kept().values_list("owner_id", flat=True).get(pk=list_id)
    lock_lists_of(owner_id)
    reading_list = ReadingList.objects.kept().get(pk=list_id)
    # Given to somebody else just before the lock was had.
    return reading_list if reading_list.owner_id == owner_id else hold(list_id)


def check_version(seen: int, current: dict[str, str], version: int) -> None:
    """Raise EditConflictError unless the version that was seen is the one there is."""
    if seen != version:
        raise EditConflictError(current, version)
