"""What becomes of list entries when two papers turn out to be one: no note is lost.

It hears papers.merging's signals, inside the transaction that merges.
"""

from typing import Any

from django.db import connection
from django.db.models.functions import Now

from papers import counts
from papers.models import PaperStats
from readinglists.models import Entry, ReadingList
from readinglists.saves import lock_lists_of
from readinglists.tags import join_tags

BETWEEN_NOTES = "\n\n"

_MOVE_STATES = """
UPDATE readinglists_readingstate g SET paper_id = %(kept)s WHERE g.paper_id = %(gone)s
  AND NOT EXISTS (SELECT FROM readinglists_readingstate k
                  WHERE k.paper_id = %(kept)s AND k.user_id = g.user_id)
"""
_JOIN_STATES = """
UPDATE readinglists_readingstate k SET
    state = CASE WHEN g.changed_at > k.changed_at AND g.state <> '' THEN g.state
                 ELSE COALESCE(NULLIF(k.state, ''), g.state) END,
    own_note = CASE WHEN k.own_note = g.own_note THEN k.own_note
                    ELSE concat_ws(%(between)s, NULLIF(k.own_note, ''), NULLIF(g.own_note, '')) END,
    version = k.version + 1,
    changed_at = GREATEST(k.changed_at, g.changed_at)
FROM readinglists_readingstate g
WHERE k.paper_id = %(kept)s AND g.paper_id = %(gone)s AND g.user_id = k.user_id
"""


def lock_readers(kept_id: int, gone_id: int, **_signal: Any) -> None:
    """Hold back changes of the lists concerned, in the order in which a reader saves a paper."""
    entries = Entry.objects.filter(paper_id__in=(kept_id, gone_id))
    owners = entries.order_by().values_list("reading_list__owner_id", flat=True)
    lock_lists_of(*owners.distinct())


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
    # Its files and feeds name the paper otherwise from now on.
    lists = ReadingList.objects.filter(entries__paper_id=kept_id)
    ReadingList.objects.filter(pk__in=lists.values("pk")).update(changed_at=Now())
    _recount(kept_id)


def move_states(kept_id: int, gone_id: int, **_signal: Any) -> None:
    """What readers noted of the paper that goes becomes what they noted of the other; of two the
    one changed last says how far they are, and both notes stay."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_STATES, {"kept": kept_id, "gone": gone_id})
        cursor.execute(_JOIN_STATES, {"kept": kept_id, "gone": gone_id, "between": BETWEEN_NOTES})


def join_notes(*notes: str) -> str:
    """Return all notes as one, each once, in this order."""
    return BETWEEN_NOTES.join(dict.fromkeys(note for note in notes if note))


def _join(twin: Entry, entry: Entry) -> None:
    first, second = sorted((twin, entry), key=lambda each: (each.added_at, each.pk))
    twin.note = join_notes(first.note, second.note)
    twin.tags = join_tags(first.tags, second.tags)
    twin.position, twin.added_at = first.position, first.added_at
    twin.added_by_id = first.added_by_id
    twin.version += 1
    entry.delete()
    fields = ["note", "tags", "position", "added_at", "added_by", "version"]
    twin.save(update_fields=fields)


def _recount(paper_id: int) -> None:
    kept = Entry.objects.filter(paper_id=paper_id, reading_list__deleted_at=None)
    readers = kept.order_by()
    saves = readers.values("reading_list__owner_id").distinct().count()
    PaperStats.objects.filter(paper_id=paper_id).update(saves=saves)
    counts.note_own("saves", paper_id)
