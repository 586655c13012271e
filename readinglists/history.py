"""What was done to a list, by whom, and undoing it.

A change is written down as the rows it touched, with what stood there before; undoing puts that
back as one more change, which can be undone too. So nothing that stood in a list is lost by an
edit. Whoever calls `record` holds the list (changing.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from papers.merging import merged_into
from papers.models import Paper
from readinglists.changing import changing
from readinglists.models import Entry, Heading, ListChange, ReadingList
from readinglists.positions import free_key
from readinglists.saves import keeping_saves

KEPT_FOR = timedelta(days=365)

Kind = ListChange.Kind
Values = dict[str, Any]

_LIST_FIELDS = ("title", "description", "byline")


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
    """`change` is the new one that undid; `left` says in words what could not be put back."""

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
        if not current.rows:
            raise CannotUndoError(_("There is nothing to put back."))
        if current.undone_at is not None:
            raise CannotUndoError(_("This was undone already."))
        papers = _papers_of(current.rows)
        left: list[str] = []
        with keeping_saves(reading_list.owner_id, papers.values()):
            rows = [_put_back(reading_list, row, papers, left) for row in reversed(current.rows)]
        done = [row for row in rows if row is not None]
        if not done:
            raise CannotUndoError(" ".join(dict.fromkeys(left)))
        ListChange.objects.filter(pk=current.pk).update(undone_at=Now())
        undone = record(reading_list, by, Kind.UNDONE, done, undoes=current)
        if current.undoes_id:
            ListChange.objects.filter(pk=current.undoes_id).update(undone_at=None)
    return Undone(undone, list(dict.fromkeys(left)))


def forget_old(*, now: datetime) -> int:
    """Delete what was written down over a year ago; return how many rows."""
    with transaction.atomic():
        return ListChange.objects.filter(changed_at__lt=now - KEPT_FOR).delete()[0]


def _papers_of(rows: Sequence[Values]) -> dict[int, int]:
    """The papers that the rows name, by number then, as they are numbered now."""
    named = {
        values["paper"]
        for row in rows
        for values in (row["before"], row["after"])
        if values and "paper" in values
    }
    of_entries = Entry.objects.filter(pk__in=[r["id"] for r in rows if r["table"] == "entry"])
    named |= set(of_entries.values_list("paper_id", flat=True))
    return {pk: pk for pk in named} | merged_into(named)


def _put_back(
    reading_list: ReadingList, row: Values, papers: dict[int, int], left: list[str]
) -> Changed | None:
    if row["table"] == "list":
        return _put_list_back(reading_list, row)
    model: type[Entry] | type[Heading] = Entry if row["table"] == "entry" else Heading
    there = model._default_manager.filter(pk=row["id"], reading_list_id=reading_list.pk).first()
    if row["before"] is None:
        return _take_out(there) if there else None
    if there is not None:
        return _change_back(reading_list, there, row["before"])
    if row["after"] is not None:
        left.append(_("What this changed is no longer in the list: undo its removal first."))
        return None
    if isinstance(there, Entry) or model is Entry:
        return _make_entry_again(reading_list, row, papers, left)
    return _make_heading_again(reading_list, row)


def _put_list_back(reading_list: ReadingList, row: Values) -> Changed:
    before = {name: row["before"][name] for name in _LIST_FIELDS if name in row["before"]}
    now = {name: getattr(reading_list, name) for name in before}
    version = reading_list.version + 1
    ReadingList.objects.filter(pk=reading_list.pk).update(**before, version=version)
    return Changed("list", reading_list.pk, now, before)


def _take_out(there: Entry | Heading) -> Changed:
    table, values = _all_of(there)
    pk = there.pk
    there.delete()
    return Changed(table, pk, values, None)


def _change_back(reading_list: ReadingList, there: Entry | Heading, before: Values) -> Changed:
    table, now = _all_of(there)
    wanted = {k: v for k, v in before.items() if k in ("position", "note", "tags", "title")}
    if "position" in wanted and wanted["position"] != there.position:
        wanted["position"] = free_key(reading_list.pk, wanted["position"])
    model = type(there)
    model._default_manager.filter(pk=there.pk).update(**wanted, version=there.version + 1)
    return Changed(table, there.pk, {name: now[name] for name in wanted}, wanted)


def _make_entry_again(
    reading_list: ReadingList, row: Values, papers: dict[int, int], left: list[str]
) -> Changed | None:
    before = row["before"]
    paper_id = papers[before["paper"]]
    if not Paper.objects.filter(pk=paper_id).exists():
        left.append(_("A paper is no longer known here."))
        return None
    if reading_list.entries.filter(paper_id=paper_id).exists():
        left.append(_("A paper was put into the list again since: that entry was left as it is."))
        return None
    made = reading_list.entries.create(
        pk=row["id"],
        paper_id=paper_id,
        position=free_key(reading_list.pk, before["position"]),
        note=before["note"],
        tags=before["tags"],
        added_at=datetime.fromisoformat(before["added_at"]),
        added_by_id=_still_here(before["added_by"]),
    )
    return Changed("entry", made.pk, None, values_of(made))


def _make_heading_again(reading_list: ReadingList, row: Values) -> Changed:
    position = free_key(reading_list.pk, row["before"]["position"])
    made = reading_list.headings.create(
        pk=row["id"], title=row["before"]["title"], position=position
    )
    return Changed("heading", made.pk, None, values_of_heading(made))


def _all_of(there: Entry | Heading) -> tuple[str, Values]:
    if isinstance(there, Entry):
        return "entry", values_of(there)
    return "heading", values_of_heading(there)


def _still_here(user_id: int | None) -> int | None:
    users = Entry._meta.get_field("added_by").related_model
    assert isinstance(users, type)  # noqa: S101
    return user_id if users._default_manager.filter(pk=user_id).exists() else None
