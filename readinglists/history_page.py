"""The history of a list as its editors read it: who did what and when, in words, newest first.

Of a change with many rows five are read and shown. What `rows` hold: models/history.py.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection
from django.db.models import Exists, F, Func, IntegerField, JSONField, OuterRef, Q
from django.utils.translation import gettext as _

from papers.merging import merged_into
from papers.models import Paper
from readinglists import history_words
from readinglists.access import titles_to_read
from readinglists.history_words import Said
from readinglists.models import Entry, ListChange, ReadingList, WaitingEntry

PAGE_SIZE = 50
SHOWN_ROWS = 5

Kind = ListChange.Kind
Values = dict[str, Any]
# What headings that were moved read, and what other lists are called: by table and number.
Titles = Mapping[tuple[str, int], str]

_NAMED = re.compile(r"\{(\d{1,18})\}")
_WORDED_HERE = (Kind.SHARED, Kind.JOINED)
# Entries that are gone: their paper stands in the change that removed them.
_PAPERS_OF_GONE = """
SELECT DISTINCT ON (id) (row ->> 'id')::bigint AS id, (row -> 'before' ->> 'paper')::bigint
FROM readinglists_listchange, jsonb_array_elements(rows) row
WHERE reading_list_id = %s AND row ->> 'table' = 'entry'
  AND (row ->> 'id')::bigint = ANY(%s) AND row -> 'before' ->> 'paper' IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Texts:
    """A text that changed, as it read before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One change. `sentence` says who did what; `more` is how many papers are not shown."""

    pk: int
    sentence: str
    changed_at: datetime
    papers: list[Paper]
    more: int
    texts: list[Texts]
    is_undone: bool
    can_be_undone: bool


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """`next_before` leads to what is older; None where that is all."""

    lines: list[Line]
    next_before: int | None


def get_history_page(
    reading_list: ReadingList, reader: AbstractBaseUser, before: int | None = None
) -> HistoryPage:
    """Return at most 50 changes, those older than the change numbered `before`.

    Nine queries at most, however long the history is.
    """
    changes = _changes(reading_list)
    rows = list(changes.filter(pk__lt=before) if before else changes)[: PAGE_SIZE + 1]
    shown = rows[:PAGE_SIZE]
    names = names_in(shown)
    papers = _papers(reading_list, shown)
    titles = {**_moved_headings(reading_list, shown), **_other_lists(shown, reader)}
    lines = [_line(change, names, papers, titles, reader) for change in shown]
    return HistoryPage(lines, shown[-1].pk if len(rows) > PAGE_SIZE else None)


def _changes(reading_list: ReadingList) -> Any:
    first = Func(
        F("rows"),
        template=f"jsonb_path_query_array(%(expressions)s, '$[0 to {SHOWN_ROWS - 1}]')",
        output_field=JSONField(),
    )
    size = Func(F("rows"), function="jsonb_array_length", output_field=IntegerField())
    with_it, with_undone = Q(change=OuterRef("pk")), Q(change=OuterRef("undoes"))
    later = WaitingEntry.objects.filter(with_it | with_undone)
    changes = reading_list.changes.defer("rows").annotate(
        first_rows=first,
        size=size,
        undone_kind=F("undoes__kind"),
        brings=Exists(later),
        other_list=F("other_half__reading_list"),
    )
    return changes.order_by("-pk")


def names_in(changes: Iterable[Any]) -> dict[int, str]:
    """Return how those are called who did something or are named in its words. One query.

    Nobody is "you": words are whole sentences of a third person ("... owns the list")."""
    ids = {change.user_id for change in changes if change.user_id}
    ids |= {int(pk) for change in changes for pk in _NAMED.findall(_own_words(change))}
    users = get_user_model()._default_manager.filter(pk__in=ids)
    return {user.pk: user.get_username() for user in users}


def _moved_headings(reading_list: ReadingList, changes: Iterable[Any]) -> Titles:
    """What headings that were moved read now; one that is gone is left out."""
    moves = [change for change in changes if change.kind == Kind.MOVED]
    ids = [r["id"] for change in moves for r in change.first_rows if r["table"] == "heading"]
    there = reading_list.headings.filter(pk__in=ids)
    return {("heading", pk): title for pk, title in there.values_list("pk", "title")} if ids else {}


def _other_lists(changes: Iterable[Any], reader: AbstractBaseUser) -> Titles:
    """What the lists are called that papers went to or came from, where the reader may know."""
    other_ids = {change.other_list for change in changes if change.other_list}
    return {("list", pk): title for pk, title in titles_to_read(reader, other_ids).items()}


def _papers(reading_list: ReadingList, changes: Iterable[Any]) -> dict[int, Paper]:
    """The paper of each entry that a shown row is of, by the entry's number."""
    rows = [r for change in changes for r in change.first_rows if r["table"] == "entry"]
    entry_ids = {row["id"] for row in rows}
    there = Entry.objects.filter(pk__in=entry_ids, reading_list=reading_list)
    of_entry = _named_in(rows) | dict(there.values_list("pk", "paper_id"))
    if gone := entry_ids - of_entry.keys():
        with connection.cursor() as cursor:
            cursor.execute(_PAPERS_OF_GONE, [reading_list.pk, list(gone)])
            of_entry |= dict(cursor.fetchall())
    now = merged_into(of_entry.values())
    fields = ("pk", "arxiv_id", "title")
    found = Paper.objects.only(*fields).in_bulk({now.get(pk, pk) for pk in of_entry.values()})
    numbers = {entry: now.get(pk, pk) for entry, pk in of_entry.items()}
    return {entry: found[pk] for entry, pk in numbers.items() if pk in found}


def _named_in(rows: Iterable[Values]) -> dict[int, int]:
    sides = [(r["id"], side) for r in rows for side in (r["before"], r["after"]) if side]
    return {pk: side["paper"] for pk, side in sides if "paper" in side}


def _line(
    change: Any,
    names: Mapping[int, str],
    papers: Mapping[int, Paper],
    titles: Titles,
    reader: AbstractBaseUser,
) -> Line:
    rows = change.first_rows
    of_entries = [row for row in rows if row["table"] == "entry"]
    who = "" if change.user_id == reader.pk else names.get(change.user_id, _("Somebody"))
    return Line(
        pk=change.pk,
        sentence=_sentence(change, who, names, titles),
        changed_at=change.changed_at,
        papers=[papers[row["id"]] for row in of_entries if row["id"] in papers],
        more=change.size - len(rows) if of_entries else 0,
        texts=[texts for row in rows for texts in _texts_of(row)],
        is_undone=change.undone_at is not None,
        can_be_undone=change.undone_at is None and (change.size > 0 or change.brings),
    )


def _sentence(change: Any, who: str, names: Mapping[int, str], titles: Titles) -> str:
    said, values = _said(change, titles)
    sentence = said.by(who, **values)
    is_said = said in history_words.OF_WORDS.values() or "file" in values
    words = "" if is_said else words_of(change, names)
    return f"{sentence}: {words}" if words else sentence


def _said(change: Any, titles: Titles) -> tuple[Said, dict[str, str]]:
    """Return the sentence for a change, and what is put into it beside the name."""
    kind = Kind(change.kind)
    if kind in _WORDED_HERE and change.words in history_words.OF_WORDS:
        return history_words.OF_WORDS[change.words], {}
    if kind == Kind.IMPORTED and change.words:
        return history_words.IMPORTED_FILE, {"file": change.words}
    if kind == Kind.UNDONE and (what := history_words.UNDOABLE.get(change.undone_kind)):
        return history_words.UNDID, {"what": str(what)}
    if kind == Kind.HEADING and change.first_rows:
        return _of_heading(change.first_rows[0])
    if kind == Kind.MOVED and change.first_rows[:1]:
        return _of_move(change.first_rows[0], titles)
    if kind in history_words.OF_OTHER_LIST and (title := titles.get(("list", change.other_list))):
        return history_words.OF_OTHER_LIST[kind], {"title": title}
    return history_words.OF_KIND[kind], {}


def words_of(change: Any, names: Mapping[int, str]) -> str:
    """Return the change's words with the name (of `names_in`) in place of the number.

    Words of this site are stored in English and said in the language spoken.
    """
    if not change.words or change.kind not in _WORDED_HERE:
        return str(change.words)
    named = _NAMED.search(_own_words(change))
    if not named:
        return _(change.words)
    text = _(_NAMED.sub("%(name)s", change.words))
    return text % {"name": names.get(int(named[1]), _("somebody"))}


def _own_words(change: Any) -> str:
    """Words that name readers by number: this site's own. Others may be a file's name, which must
    not make the page tell whose number it holds."""
    return change.words if change.kind == Kind.SHARED else ""


def _of_heading(row: Values) -> tuple[Said, dict[str, str]]:
    old, new = ((row[side] or {}).get("title", "") for side in ("before", "after"))
    said = history_words.RENAMED_HEADING
    if row["before"] is None:
        said = history_words.ADDED_HEADING
    elif row["after"] is None:
        said = history_words.REMOVED_HEADING
    return said, {"old": old, "new": new}


def _of_move(row: Values, titles: Titles) -> tuple[Said, dict[str, str]]:
    if row["table"] != "heading":  # the papers stand below
        return history_words.OF_KIND[Kind.MOVED], {}
    title = titles.get(("heading", row["id"]))
    return (
        (history_words.MOVED_HEADING, {"title": title})
        if title
        else (history_words.MOVED_A_HEADING, {})
    )


def _texts_of(row: Values) -> list[Texts]:
    """What of a row reads as text; of an entry that came or went its paper says enough, but a
    note that was lost with it is shown."""
    if row["table"] == "heading":  # its title stands in the words
        return []
    before, after = row["before"] or {}, row["after"] or {}
    labels = {
        "note": _("Note"),
        "tags": _("Tags"),
        "title": _("Title"),
        "description": _("Description"),
        "byline": _("Made by"),
    }
    sides = [
        Texts(label, _as_text(before.get(name)), _as_text(after.get(name)))
        for name, label in labels.items()
    ]
    return [texts for texts in sides if texts.before != texts.after]


def _as_text(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "")
