"""What was done to a list, by whom, and undoing it.

A change is written down as the rows it touched, with what stood there before; undoing puts that
back as one more change, which can be undone too. So nothing that stood in a list is lost by an
edit. Whoever calls `record` holds the list (changing.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Model
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from papers.merging import merged_into
from papers.models import Paper
from readinglists.changing import changing
from readinglists.models import Entry, Heading, ListChange, ReadingList, WaitingEntry
from readinglists.positions import Keys
from readinglists.saves import keeping_saves

KEPT_FOR = timedelta(days=365)

Kind = ListChange.Kind
Values = dict[str, Any]
# The table, as in a change's rows, and the number.
Key = tuple[str, int]
Row = TypeVar("Row", Entry, Heading)

_LIST_FIELDS = ("title", "description", "byline")
_ROW_FIELDS = ("position", "note", "tags", "title")
_TEXTS = ("note", "tags", "title", "description", "byline")
BATCH = 1000
_REPLACED = gettext_lazy(
    "What was written there since is replaced; it stands in the history, and comes back when you "
    "undo this."
)


class CannotUndoError(ValueError):
    """The message is in words for the reader."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that changed: `before` and `after` hold the fields that did, None where no row was."""

    table: str
    pk: int
    before: Values | None
    after: Values | None

    def as_json(self) -> Values:
        return {"table": self.table, "id": self.pk, "before": self.before, "after": self.after}


@dataclass(slots=True)
class Undone:
    """`change` is the new one that undid; `left` says in words what could not be put back, and
    what was replaced that had been written since."""

    change: ListChange
    left: list[str] = field(default_factory=list)


def record(
    reading_list: ReadingList,
    by: AbstractBaseUser | None,
    kind: Kind,
    rows: Iterable[Changed] = (),
    *,
    words: str = "",
    undoes: ListChange | None = None,
) -> ListChange:
    """Write down what `by` did; None is the site itself."""
    return ListChange.objects.create(
        reading_list_id=reading_list.pk,
        user_id=by.pk if by else None,
        kind=kind,
        rows=[row.as_json() for row in rows],
        words=words[:300],
        undoes=undoes,
    )


def join_halves(one: ListChange, other: ListChange) -> None:
    """Write down that both are one move from list to list: undone together (undoing.py)."""
    for half, that in ((one, other), (other, one)):
        half.other_half = that
        half.save(update_fields=["other_half"])


def naming(user_id: int) -> str:
    """Return how the words of a change name a reader: by number, so that no address is kept."""
    return f"{{{user_id}}}"


def values_of(entry: Entry) -> Values:
    """All that an entry is made of, to make it again."""
    return {
        "paper": entry.paper_id,
        "position": entry.position,
        "note": entry.note,
        "tags": list(entry.tags),
        "added_at": entry.added_at.isoformat(),
        "added_by": entry.added_by_id,
    }


def values_of_heading(heading: Heading) -> Values:
    return {"title": heading.title, "position": heading.position}


def undo(change: ListChange, by: AbstractBaseUser) -> Undone:
    """Put back what stood in the list before `change`; what was done since to the same rows is
    written down with it.

    Raises CannotUndoError when that is done already or there is nothing to put back,
    ReadingList.DoesNotExist when the list is gone or in the bin.
    """
    with changing(change.reading_list_id) as reading_list:
        current = ListChange.objects.get(pk=change.pk)
        brings_later = current.brings_later
        if not current.rows and not brings_later:
            raise CannotUndoError(_("There is nothing to put back."))
        if current.undone_at is not None:
            raise CannotUndoError(_("This was undone already."))
        back = _PuttingBack(reading_list, current.rows)
        with keeping_saves(reading_list.owner_id, back.papers.values()):
            done = back.run()
        if not done and not brings_later:
            words = " ".join(back.left) or _("What this changed is not there any more.")
            raise CannotUndoError(words)
        undone = record(reading_list, by, Kind.UNDONE, done, undoes=current)
        _mark_undone(current)
    return Undone(undone, list(back.left))


def forget_old(*, now: datetime) -> int:
    """Delete what was written down over a year ago; return how many rows."""
    with transaction.atomic():
        old = ListChange.objects.filter(changed_at__lt=now - KEPT_FOR)
        WaitingEntry.objects.unwanted().filter(change__in=old).delete()
        return old.delete()[0]


def _mark_undone(change: ListChange) -> None:
    """What it undid holds again, and what that had undone does not, and so on."""
    current: ListChange | None = change
    undone_at: Now | None = Now()
    while current is not None:
        ListChange.objects.filter(pk=current.pk).update(undone_at=undone_at)
        current, undone_at = current.undoes, None if undone_at else Now()


class _PuttingBack:
    """Rows of a change on their way back: looked up together, put right in memory one after the
    other as each finds the list, written together. `left` says, once each, what could not be."""

    def __init__(self, reading_list: ReadingList, rows: Sequence[Values]) -> None:
        self.reading_list = reading_list
        self.left: dict[str, None] = {}
        self._rows = rows
        self._there = {("entry", row.pk): row for row in self._named(Entry, "entry")} | {
            ("heading", row.pk): row for row in self._named(Heading, "heading")
        }
        self.papers = self._papers_now()
        self._known = _which(Paper, self.papers.values())
        in_list = reading_list.entries.filter(paper_id__in=self.papers.values())
        self._in_list = set(in_list.order_by().values_list("paper_id", flat=True))
        befores = [row["before"] or {} for row in rows]
        self._readers = _which(get_user_model(), {each.get("added_by") for each in befores})
        self._keys = Keys(reading_list.pk) if any("position" in b for b in befores) else None
        self._gone: dict[Key, Entry | Heading] = {}
        self._made: dict[Key, Entry | Heading] = {}
        self._changed: dict[Key, Entry | Heading] = {}
        self._fields: set[str] = {"version"}

    def run(self) -> list[Changed]:
        """Put back what can be, the last first; return what that changed."""
        done = [changed for row in reversed(self._rows) if (changed := self._put_back(row))]
        self._write(Entry)
        self._write(Heading)
        return done

    def _named(self, model: type[Entry | Heading], table: str) -> Iterator[Entry | Heading]:
        ids = [row["id"] for row in self._rows if row["table"] == table]
        if ids:
            rows = model._default_manager.filter(pk__in=ids, reading_list_id=self.reading_list.pk)
            yield from rows.order_by()

    def _papers_now(self) -> dict[int, int]:
        """The papers that the rows name, by number then, as they are numbered now."""
        named = {
            values["paper"]
            for row in self._rows
            for values in (row["before"], row["after"])
            if values and "paper" in values
        }
        named |= {row.paper_id for row in self._there.values() if isinstance(row, Entry)}
        return {pk: pk for pk in named} | merged_into(named)

    def _put_back(self, row: Values) -> Changed | None:
        if row["table"] == "list":
            back = _put_list_back(self.reading_list, row)
            if back.before and _was_written_since(back.before, row):
                self._leave(_REPLACED)
            return back
        key = (row["table"], row["id"])
        there = self._there.get(key)
        if row["before"] is None:
            return self._take_out(key, there) if there else None
        if there is not None:
            return self._change_back(key, there, row)
        if row["after"] is not None:
            self._leave(_("What this changed is no longer in the list: undo its removal first."))
            return None
        if row["table"] == "entry":
            return self._make_entry_again(row["id"], row["before"])
        return self._make_heading_again(row["id"], row["before"])

    def _take_out(self, key: Key, there: Entry | Heading) -> Changed:
        if isinstance(there, Entry) and there.version > 1:  # a note or tags since it came
            self._leave(_REPLACED)
        del self._there[key]
        self._changed.pop(key, None)
        if self._made.pop(key, None) is None:
            self._gone[key] = there
        if isinstance(there, Entry):
            self._in_list.discard(there.paper_id)
        if self._keys is not None:
            self._keys.leave(there.position)
        return Changed(*key, _all_of(there), None)

    def _change_back(self, key: Key, there: Entry | Heading, row: Values) -> Changed:
        now, before = _all_of(there), row["before"]
        if _was_written_since(now, row):
            self._leave(_REPLACED)
        wanted = {name: before[name] for name in _ROW_FIELDS if name in before}
        if self._keys is not None and wanted.get("position", there.position) != there.position:
            wanted["position"] = self._keys.take(wanted["position"])
            self._keys.leave(there.position)
        for name, value in wanted.items():
            setattr(there, name, value)
        there.version += 1
        self._changed[key] = there
        self._fields.update(wanted)
        return Changed(*key, {name: now[name] for name in wanted}, wanted)

    def _make_entry_again(self, pk: int, before: Values) -> Changed | None:
        paper_id = self.papers[before["paper"]]
        if paper_id not in self._known:
            self._leave(_("A paper is no longer known here."))
            return None
        if paper_id in self._in_list:
            self._leave(
                _("A paper was put into the list again since: that entry was left as it is.")
            )
            return None
        self._in_list.add(paper_id)
        by = before["added_by"]
        made = Entry(
            pk=pk,
            reading_list=self.reading_list,
            paper_id=paper_id,
            position=self._free(before["position"]),
            note=before["note"],
            tags=before["tags"],
            added_at=datetime.fromisoformat(before["added_at"]),
            added_by_id=by if by in self._readers else None,
        )
        return self._make(("entry", pk), made)

    def _make_heading_again(self, pk: int, before: Values) -> Changed:
        position = self._free(before["position"])
        made = Heading(
            pk=pk, reading_list=self.reading_list, title=before["title"], position=position
        )
        return self._make(("heading", pk), made)

    def _make(self, key: Key, made: Entry | Heading) -> Changed:
        self._there[key] = made
        self._made[key] = made
        return Changed(*key, None, _all_of(made))

    def _free(self, position: str) -> str:
        assert self._keys is not None  # noqa: S101 (what was removed had a position)
        return self._keys.take(position)

    def _leave(self, words: object) -> None:
        self.left[str(words)] = None

    def _write(self, model: type[Row]) -> None:
        rows = model._default_manager
        if gone := [row.pk for row in self._gone.values() if isinstance(row, model)]:
            rows.filter(pk__in=gone).delete()
        made = [row for row in self._made.values() if isinstance(row, model)]
        rows.bulk_create(made, batch_size=BATCH)
        changed = [row for row in self._changed.values() if isinstance(row, model)]
        fields = self._fields & {field.name for field in model._meta.fields}
        rows.bulk_update(changed, sorted(fields), batch_size=BATCH)


def _put_list_back(reading_list: ReadingList, row: Values) -> Changed:
    before = {name: row["before"][name] for name in _LIST_FIELDS if name in row["before"]}
    now = {name: getattr(reading_list, name) for name in before}
    version = reading_list.version + 1
    ReadingList.objects.filter(pk=reading_list.pk).update(**before, version=version)
    return Changed("list", reading_list.pk, now, before)


def _was_written_since(now: Values, row: Values) -> bool:
    """Whether texts that the change of `row` wrote are others now, and not those it replaced."""
    before, after = row["before"], row["after"] or {}
    return any(
        now[name] not in (after[name], before[name])
        for name in _TEXTS
        if name in after and name in before and name in now
    )


def _all_of(there: Entry | Heading) -> Values:
    return values_of(there) if isinstance(there, Entry) else values_of_heading(there)


def _which(model: type[Model], ids: Iterable[int | None]) -> set[int]:
    """Return those of the numbers that there are; no query where none is asked for."""
    asked = [pk for pk in ids if pk is not None]
    rows = model._default_manager.filter(pk__in=asked)
    return set(rows.order_by().values_list("pk", flat=True)) if asked else set()
