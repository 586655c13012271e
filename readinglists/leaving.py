"""Holding all lists that a reader who leaves has something in, before anything of theirs goes."""

from collections.abc import Iterable

from readinglists.models import Entry, ListChange, ListImport, Member, ReadingList, WaitingEntry
from readinglists.saves import lock_lists_of


def hold_lists_with(reader_id: int, *, also: Iterable[int] = ()) -> None:
    """Wait for every change of lists that this reader owns, takes part in or wrote something in,
    and let none begin until the transaction ends; the rows of the readers `also` are held as well.

    All owners at once and in one order: such a change holds its list's owner, and asks at its end
    for the row of whoever made it.
    """
    owners: set[int] = {reader_id, *also}
    by_owner = "reading_list__owner_id"
    owners.update(Member.objects.filter(user=reader_id).values_list(by_owner, flat=True))
    for model in (Entry, WaitingEntry):
        rows = model._default_manager.filter(added_by=reader_id).order_by()
        owners.update(rows.values_list(by_owner, flat=True).distinct())
    changes = ListChange.objects.filter(user=reader_id).order_by()
    owners.update(changes.values_list(by_owner, flat=True).distinct())
    lock_lists_of(*owners)


def hold_imports_of(reader_id: int) -> None:
    """Wait for workers that read or write files for this reader, or into their lists."""
    own = ReadingList.objects.filter(owner=reader_id)
    imports = ListImport.objects.select_for_update(of=("self",)).order_by("pk")
    list(imports.filter(user=reader_id).values_list("pk", flat=True))
    list(imports.filter(reading_list__in=own).values_list("pk", flat=True))
