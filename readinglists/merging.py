"""What becomes of list entries when two papers turn out to be one: no note is lost.

It hears papers.merging's signals, inside the transaction that merges.
"""

from typing import Any

from papers import counts
from papers.models import PaperStats
from readinglists.models import Entry
from readinglists.saves import lock_lists_of

BETWEEN_NOTES = "\n\n"


def lock_readers(kept_id: int, gone_id: int, **_signal: Any) -> None:
    """Hold back changes of the lists concerned, in the order in which a reader saves a paper."""
    entries = Entry.objects.filter(paper_id__in=(kept_id, gone_id))
    owners = entries.order_by("reading_list__owner_id").values_list("reading_list__owner_id")
    for (owner_id,) in owners.distinct():
        lock_lists_of(owner_id)


def move_entries(kept_id: int, gone_id: int, **_signal: Any) -> None:
    """Entries of the paper that goes become entries of the other; two in a list become one.

    The one that was added first keeps its place, and has both notes.
    """
    for entry in Entry.objects.filter(paper_id=gone_id).order_by("pk"):
        twin = Entry.objects.filter(reading_list=entry.reading_list_id, paper_id=kept_id).first()
        if twin is not None:
            _join(twin, entry)
        else:
            Entry.objects.filter(pk=entry.pk).update(paper_id=kept_id)
    _recount(kept_id)


def _join(twin: Entry, entry: Entry) -> None:
    first, second = sorted((twin, entry), key=lambda each: (each.added_at, each.pk))
    notes = [each.note for each in (first, second) if each.note]
    twin.note = BETWEEN_NOTES.join(dict.fromkeys(notes))
    twin.position, twin.added_at = first.position, first.added_at
    entry.delete()
    twin.save(update_fields=["note", "position", "added_at"])


def _recount(paper_id: int) -> None:
    readers = Entry.objects.filter(paper_id=paper_id).order_by()
    saves = readers.values("reading_list__owner_id").distinct().count()
    PaperStats.objects.filter(paper_id=paper_id).update(saves=saves)
    counts.note_own("saves", paper_id)
