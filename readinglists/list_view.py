"""What of a list a reader asks to see, and in which order: the address of the page says it all."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.http import QueryDict

from papers.row_numbers import read_row_number
from readinglists.models import Entry, ReadingList, ReadingState
from readinglists.sections import in_section

State = ReadingState.State

UNMARKED = "none"
STATES = (State.TO_READ.value, State.READING.value, State.READ.value, UNMARKED)
NOTES = ("shared", "own")
SORTS = ("unread", "added", "announced", "votes", "title")
_FIELDS = ("q", "state", "tag", "section", "note", "sort")


@dataclass(frozen=True, slots=True)
class ListView:
    """Filters, an order and words to look for; what is empty was not asked for.

    `state` is one of STATES, `note` one of NOTES, `sort` one of SORTS ("" is the list's own order,
    or the best first where words are looked for); `section` is the heading's id, 0 is what stands
    above the first one.
    """

    q: str = ""
    state: str = ""
    tag: str = ""
    section: int | None = None
    note: str = ""
    sort: str = ""

    @classmethod
    def read(cls, asked: QueryDict) -> "ListView":
        """Read the address of the page or the fields of a form; an odd value asks for nothing."""
        return cls(
            q=" ".join(asked.get("q", "").replace("\x00", " ").split()),
            state=_one_of(STATES, asked.get("state", "")),
            tag=" ".join(asked.get("tag", "").replace("\x00", " ").split())[:50],
            section=read_row_number(asked.get("section", "")),
            note=_one_of(NOTES, asked.get("note", "")),
            sort=_one_of(SORTS, asked.get("sort", "")),
        )

    @property
    def is_whole(self) -> bool:
        """Whether all of the list is shown, in its own order."""
        return self == ListView()

    @property
    def narrows(self) -> bool:
        return replace(self, sort="") != ListView()

    def fields(self) -> dict[str, str]:
        """What was asked for, as fields of an address or a form."""
        values = {name: getattr(self, name) for name in _FIELDS}
        return {name: str(value) for name, value in values.items() if value not in ("", None)}

    @property
    def query_string(self) -> str:
        return urlencode(self.fields())


def entries_of(
    reading_list: ReadingList, view: ListView, reader: AbstractBaseUser
) -> QuerySet[Entry]:
    """Return the entries that `view` asks for, in its order; the words in `q` are not looked at."""
    found = reading_list.entries.all()
    if view.state:
        found = found.filter(_is_marked(view.state, reader))
    if view.tag:
        found = found.filter(tags__contains=[view.tag])
    if view.section is not None:
        found = in_section(found, reading_list, view.section)
    if view.note == "shared":
        found = found.exclude(note="")
    elif view.note == "own":
        found = found.filter(Exists(_own(reader).exclude(own_note="")))
    return in_order(found, view.sort, reader)


def in_order(entries: QuerySet[Entry], sort: str, reader: AbstractBaseUser) -> QuerySet[Entry]:
    if sort == "unread":  # what `reader` marked as read comes after all else
        return entries.order_by(Exists(_own(reader).filter(state=State.READ)), "position", "pk")
    if sort == "votes":
        return entries.order_by(F("paper__stats__votes").desc(nulls_last=True), "-paper_id")
    if sort == "added":
        return entries.order_by("-added_at", "-pk")
    if sort == "announced":
        return entries.order_by(F("paper__announced_on").desc(nulls_last=True), "-paper_id")
    if sort == "title":
        return entries.order_by(Lower("paper__title"), "pk")
    return entries.order_by("position", "pk")


def _is_marked(state: str, reader: AbstractBaseUser) -> Q:
    if state == UNMARKED:
        return ~Q(Exists(_own(reader).exclude(state=State.NONE)))
    return Q(Exists(_own(reader).filter(state=state)))


def _own(reader: AbstractBaseUser) -> QuerySet[ReadingState]:
    return ReadingState.objects.filter(user_id=reader.pk, paper_id=OuterRef("paper_id"))


def _one_of(known: tuple[str, ...], value: str) -> str:
    return value if value in known else ""
