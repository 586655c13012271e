"""How far a reader is with papers, and their own notes on them. Seen by nobody else; it holds for
the paper, in whatever list it stands, and stays when it leaves a list."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from papers.readers import hold_reader
from readinglists.changing import check_version
from readinglists.models import ReadingList, ReadingState
from readinglists.saves import lock_lists_of

State = ReadingState.State
# A constant, as it is asked at every page of a list: to build it took four times as long.
_COUNTS = """
    SELECT state, count(*) FROM readinglists_readingstate WHERE user_id = %s AND paper_id IN
    (SELECT paper_id FROM readinglists_entry WHERE reading_list_id = %s) GROUP BY state
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many papers of a list a reader marked as what; the rest of `total` has no mark."""

    total: int
    to_read: int = 0
    reading: int = 0
    read: int = 0

    @property
    def percent_read(self) -> int:
        return 100 * self.read // self.total if self.total else 0


def set_state(reader: AbstractBaseUser, paper_ids: Iterable[int], state: State) -> int:
    """Mark the papers; return how many. Two statements, however many."""
    rows = [
        ReadingState(user_id=reader.pk, paper_id=pk, state=state, changed_at=Now())
        for pk in sorted(set(paper_ids))
    ]
    with transaction.atomic():
        hold_reader(reader.pk)
        ReadingState.objects.bulk_create(
            rows,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["user", "paper"],
            update_fields=["state", "changed_at"],
        )
    return len(rows)


def set_own_note(reader: AbstractBaseUser, paper_id: int, note: str, *, seen: int) -> None:
    """Write the reader's own note. `seen` is the version they saw, 0 where there was none.

    Raises EditConflictError when another window of theirs wrote meanwhile.
    """
    with transaction.atomic():
        lock_lists_of(reader.pk)
        now = ReadingState.objects.filter(user_id=reader.pk, paper_id=paper_id).first()
        if now is None:
            ReadingState.objects.create(user_id=reader.pk, paper_id=paper_id, own_note=note)
        elif now.own_note != note:
            if now.own_note:
                check_version(seen, {"own_note": now.own_note}, now.version)
            ReadingState.objects.filter(pk=now.pk).update(
                own_note=note, version=F("version") + 1, changed_at=Now()
            )


def states_of(reader: AbstractBaseUser, paper_ids: Iterable[int]) -> dict[int, ReadingState]:
    """Return what the reader noted of these papers, by paper. One query."""
    # Raw for the array: as fifty parameters the query took three times as long.
    rows = ReadingState.objects.raw(
        "SELECT * FROM readinglists_readingstate WHERE user_id = %s AND paper_id = ANY(%s)",
        [reader.pk, list(paper_ids)],
    )
    return {row.paper_id: row for row in rows}


def progress(
    reader: AbstractBaseUser, reading_list: ReadingList, *, total: int | None = None
) -> Progress:
    """Return how far the reader is with the list. Two queries; one where `total`, the number of
    its papers, is known."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [reader.pk, reading_list.pk])
        counts: dict[str, int] = dict(cursor.fetchall())
    return Progress(
        total=reading_list.entries.count() if total is None else total,
        to_read=counts.get(State.TO_READ, 0),
        reading=counts.get(State.READING, 0),
        read=counts.get(State.READ, 0),
    )
