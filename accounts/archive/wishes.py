"""What a reader had about one paper elsewhere, and joining it with what they have here.

It decides how two states, notes and judgements become one; votes come in as held votes, so that
an archive is no way around the rules of papers/votes.py: they count once the account is old
enough and its address confirmed, on the day on which that is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models.functions import Now

from accounts.archive.read import Item
from accounts.models import PaperFeedback, User
from papers.models import PaperStats, SeenPaper, Vote
from readinglists.merging import BETWEEN_NOTES
from readinglists.models import ReadingState

BATCH = 1000
_MOMENTS = ("voted_at", "seen_at", "given_at", "changed_at")


@dataclass(slots=True)
class Wishes:
    """`entries`: places in lists made here, each a plain object that JSON can hold."""

    voted_at: datetime | None = None
    seen_at: datetime | None = None
    wants_more: bool | None = None
    given_at: datetime | None = None
    state: str = ""
    own_note: str = ""
    changed_at: datetime | None = None
    entries: list[dict[str, Any]] = field(default_factory=list)

    def add_entry(self, list_id: int, position: str, item: Item) -> None:
        added_at = item.added_at.isoformat() if item.added_at else None
        self.entries.append(
            {
                "list": list_id,
                "position": position,
                "note": item.note,
                "tags": list(item.tags),
                "added_at": added_at,
            }
        )

    def as_json(self) -> dict[str, Any]:
        """Only what is there."""
        found = {name: getattr(self, name) for name in self.__slots__}
        found |= {name: found[name].isoformat() for name in _MOMENTS if found[name]}
        return {name: value for name, value in found.items() if value not in (None, "", [])}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Wishes":
        moments = {
            name: datetime.fromisoformat(values[name]) for name in _MOMENTS if name in values
        }
        return cls(**{**values, **moments})


@dataclass(frozen=True, slots=True)
class Known:
    """`wishes` about the paper of this number."""

    paper_id: int
    wishes: Wishes


def grant(reader: User, rows: Sequence[Known]) -> None:
    """Join what the rows say with what the reader has; within the caller's transaction. Two rows
    of one paper, which the archive had twice, count one after the other."""
    rows = sorted(rows, key=lambda row: row.paper_id)
    _vote(reader, rows)
    seen = [
        SeenPaper(user=reader, paper_id=row.paper_id, seen_at=row.wishes.seen_at)
        for row in rows
        if row.wishes.seen_at
    ]
    SeenPaper.objects.bulk_create(seen, batch_size=BATCH, ignore_conflicts=True)
    judged = [
        PaperFeedback(
            user=reader,
            paper_id=row.paper_id,
            wants_more=row.wishes.wants_more,
            given_at=row.wishes.given_at or Now(),
        )
        for row in rows
        if row.wishes.wants_more is not None
    ]
    PaperFeedback.objects.bulk_create(judged, batch_size=BATCH, ignore_conflicts=True)
    _note(reader, rows)


def _vote(reader: User, rows: Sequence[Known]) -> None:
    stats = [PaperStats(paper_id=row.paper_id) for row in rows if row.wishes.voted_at]
    PaperStats.objects.bulk_create(stats, batch_size=BATCH, ignore_conflicts=True)
    votes = [
        Vote(user=reader, paper_id=row.paper_id, voted_at=row.wishes.voted_at)
        for row in rows
        if row.wishes.voted_at
    ]
    Vote.objects.bulk_create(votes, batch_size=BATCH, ignore_conflicts=True)


def _note(reader: User, rows: Sequence[Known]) -> None:
    noted = [row for row in rows if row.wishes.changed_at]
    ids = {row.paper_id for row in noted}
    mine = ReadingState.objects.filter(user=reader, paper_id__in=ids)
    there = {row.paper_id: row for row in mine}
    for row in noted:
        state, moment = there.get(row.paper_id), row.wishes.changed_at
        if state is not None:
            _join(state, row.wishes)
        elif moment is not None:
            there[row.paper_id] = ReadingState(
                user=reader,
                paper_id=row.paper_id,
                state=row.wishes.state,
                own_note=row.wishes.own_note,
                changed_at=moment,
            )
    new = [state for state in there.values() if state.pk is None]
    old = [state for state in there.values() if state.pk is not None]
    ReadingState.objects.bulk_create(new, batch_size=BATCH)
    fields = ["state", "own_note", "version", "changed_at"]
    ReadingState.objects.bulk_update(old, fields, batch_size=BATCH)


def _join(now: ReadingState, came: Wishes) -> None:
    """The state that was set last holds, both notes stay, however long they are. In place."""
    changed_at = came.changed_at or now.changed_at
    if came.state and (not now.state or changed_at > now.changed_at):
        now.state = came.state
    if came.own_note and came.own_note not in now.own_note:
        notes = [note for note in (now.own_note, came.own_note) if note]
        now.own_note = BETWEEN_NOTES.join(notes)
        now.version += 1
    now.changed_at = max(changed_at, now.changed_at)
