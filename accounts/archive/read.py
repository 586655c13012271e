"""An archive that somebody uploaded, read and checked whole before anything is done with it.

It decides what such a file may cost and what is no archive; what becomes of it here is decided in
taking_in.py. Nothing is unpacked to disk and no name in the file is used as a path.
"""

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _

from accounts.archive.naming import PaperName
from accounts.archive.values import BadArchive, Fields
from accounts.archive.write import FORMAT, JSON_NAME, VERSION
from readinglists.tags import LONGEST_TAG, split_tags

LARGEST_FILE = 20_000_000
LARGEST_JSON = 40_000_000
# Each costs up to a hundred bytes of memory: 40 MB of "[[],[],[]..." would cost a gigabyte.
MOST_MARKS = 2_000_000
MOST_IN_ZIP = 5_000
MOST_ROWS = 200_000  # of votes, seen papers, states
MOST_LISTS = 2_000
MOST_ITEMS = 20_000  # of one list
LONGEST_TEXT = 5_000
# Of merged papers both notes are kept, so that one may be longer than any that is typed.
LONGEST_NOTE = 100_000
MOST_TAGS = 200  # for the same reason


@dataclass(frozen=True, slots=True)
class Item:
    """An entry, or a heading where `heading` is not empty."""

    heading: str = ""
    paper: PaperName | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    added_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListRow:
    title: str
    description: str
    byline: str
    is_default: bool
    is_archived: bool
    is_in_bin: bool
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class StateRow:
    paper: PaperName
    state: str
    own_note: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class PublicList:
    """A list of the other site that the reader followed there, at `address`."""

    title: str
    address: str


@dataclass(frozen=True, slots=True)
class FollowRow:
    name: str
    query: str
    in_digest: bool


@dataclass(frozen=True, slots=True)
class SettingsRow:
    """As the account had them; whether they are possible here is for the form to say."""

    values: dict[str, Any]
    hides_seen: bool
    paused_until: date | None


@dataclass(frozen=True, slots=True)
class Archive:
    """What of an archive can be taken in, and `list_follows`, of which the reader is told.

    Pairs are of a paper and a moment, or more or less. What waited there is among the rest.
    """

    site: str
    written_at: datetime
    settings: SettingsRow
    follows: tuple[FollowRow, ...] = ()
    mutes: tuple[tuple[str, str], ...] = ()
    votes: tuple[tuple[PaperName, datetime], ...] = ()
    seen: tuple[tuple[PaperName, datetime], ...] = ()
    states: tuple[StateRow, ...] = ()
    feedback: tuple[tuple[PaperName, bool, datetime], ...] = ()
    lists: tuple[ListRow, ...] = field(default=())
    list_follows: tuple[PublicList, ...] = ()

    def papers(self) -> list[PaperName]:
        """Every paper that is named, once."""
        of_lists = [item.paper for each in self.lists for item in each.items if item.paper]
        of_rows = [row[0] for rows in (self.votes, self.seen, self.feedback) for row in rows]
        return list(dict.fromkeys([*of_lists, *of_rows, *(row.paper for row in self.states)]))


def read(file: IO[bytes], *, now: datetime) -> Archive:
    """Return what the ZIP file, or its broadsheet.json alone, holds. Raises BadArchive in words."""
    return parse(unpack(file), now=now)


def unpack(file: IO[bytes]) -> bytes:
    """Return the JSON of the file, at most LARGEST_JSON bytes. Raises BadArchive."""
    file.seek(0, 2)
    if file.tell() > LARGEST_FILE:
        raise BadArchive(_("This file is larger than %s MB.") % (LARGEST_FILE // 10**6))
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    if not start.startswith(b"PK"):
        body = file.read(LARGEST_JSON + 1)
    else:
        try:
            with ZipFile(_few_names(file)) as archive, archive.open(JSON_NAME) as member:
                body = member.read(LARGEST_JSON + 1)
        except KeyError:
            raise BadArchive(_("There is no %s in this ZIP file.") % JSON_NAME) from None
        except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
            raise BadArchive(_("This ZIP file is cut or damaged.")) from None
    if len(body) > LARGEST_JSON:
        raise BadArchive(_("Unpacked, this file is larger than any archive of ours."))
    return body


def parse(body: bytes, *, now: datetime) -> Archive:
    """Return what the JSON means. Raises BadArchive for what is none of ours."""
    if sum(body.count(mark) for mark in (b"[", b"{", b",")) > MOST_MARKS:
        raise BadArchive(_("This file holds more than any archive of ours."))
    try:
        top = Fields(json.loads(body), "")
    except (ValueError, RecursionError):
        raise BadArchive(_("This is no archive of a Broadsheet, or it is cut.")) from None
    if top.text("format", 100) != FORMAT:
        raise BadArchive(_("This is no archive of a Broadsheet."))
    if top.number("version") != VERSION:
        raise BadArchive(
            _("This archive has version %(found)s of the format; this site reads version %(ours)s.")
            % {"found": top.number("version"), "ours": VERSION}
        )
    rows = {name: top.objects(name, MOST_ROWS) for name in ("votes", "seen", "states", "feedback")}
    for row in top.objects("waiting", MOST_ROWS):
        _sort_in(row.merged("wishes"), rows)
    return Archive(
        site=top.text("site", 200),
        written_at=top.moment("written_at", now),
        settings=_settings(top.fields("settings")),
        follows=tuple(map(_follow, top.objects("follows", 2_000))),
        mutes=tuple((row.text("kind", 10), row.text("value", 200)) for row in _mutes(top)),
        votes=tuple((row.paper(), row.moment("voted_at", now)) for row in rows["votes"]),
        seen=tuple((row.paper(), row.moment("seen_at", now)) for row in rows["seen"]),
        states=tuple(_state(row, now) for row in rows["states"]),
        feedback=tuple(
            (row.paper(), row.flag("wants_more"), row.moment("given_at", now))
            for row in rows["feedback"]
        ),
        lists=tuple(_list(row, now) for row in top.objects("lists", MOST_LISTS)),
        list_follows=tuple(_public_lists(top)),
    )


def _few_names(file: IO[bytes]) -> IO[bytes]:
    """Refuse before Python makes an object of each name: the end of the file counts them (APPNOTE
    4.3.16, "total number of entries in the central directory"). Which of several ends it believes
    is Python's to say, so none may count more; none of ours is so large that it needs ZIP64."""
    file.seek(0, 2)
    file.seek(max(file.tell() - 66_000, 0))
    tail = file.read()
    for end in re.finditer(rb"(?=(PK\x06\x07.{16})?PK\x05\x06.{6}(..)(....))", tail, re.DOTALL):
        count, size = (int.from_bytes(end[group], "little") for group in (2, 3))
        # A central directory costs at least 46 bytes a name; its size cannot say less.
        if end[1] or count > MOST_IN_ZIP or size > 100 * MOST_IN_ZIP:
            raise BadArchive(_("This ZIP file holds more files than any archive of ours."))
    file.seek(0)
    return file


def _sort_in(waiting: Fields, rows: dict[str, list[Fields]]) -> None:
    """What waits is one row of all; elsewhere each kind has its own."""
    kinds = {"votes": "voted_at", "seen": "seen_at", "states": "changed_at", "feedback": "given_at"}
    for kind, moment in kinds.items():
        if waiting.has(moment):
            rows[kind].append(waiting)


def _public_lists(top: Fields) -> Iterator[PublicList]:
    for row in top.objects("list_follows", 2_000):
        address = row.text("address", 500)
        if address.startswith(("https://", "http://")):
            yield PublicList(row.text("title", 200), address)


def _mutes(top: Fields) -> list[Fields]:
    return top.objects("mutes", 1_000)


def _settings(row: Fields) -> SettingsRow:
    values: dict[str, Any] = {}
    if row.has("timezone"):
        flags = ("digest_enabled", "digest_only_matches", "digest_text_only", "digest_backlog")
        values = {name: row.flag(name) for name in flags}
        values |= {name: row.number(name) for name in ("digest_hour", "digest_size")}
        values["timezone"] = row.text("timezone", 60)
        if row.has("language"):
            values["language"] = row.text("language", 10)
        values["digest_sections"] = list(row.texts("digest_sections", most=20, longest=20))
        days = row.rows("digest_days", 7)
        values["digest_days"] = [
            Fields({"": day}, "settings.digest_days").number("") for day in days
        ]
    return SettingsRow(values, row.flag("hides_seen"), row.day_or_none("paused_until"))


def _follow(row: Fields) -> FollowRow:
    return FollowRow(
        row.text("name", 1_000), row.text("query", LONGEST_TEXT), row.flag("in_digest")
    )


def _state(row: Fields, now: datetime) -> StateRow:
    state = row.text("state", 10)
    if state not in ("", "to_read", "reading", "read"):
        raise BadArchive(_("“%s” is no state of reading.") % state)
    note = row.text("own_note", LONGEST_NOTE)
    return StateRow(row.paper(), state, note, row.moment("changed_at", now))


def _list(row: Fields, now: datetime) -> ListRow:
    title = " ".join(row.text("title", 200).split())
    return ListRow(
        title=title or _("Untitled"),
        description=row.text("description", LONGEST_TEXT),
        byline=row.text("byline", 100),
        is_default=row.flag("is_default"),
        is_archived=row.moment_or_none("archived_at") is not None,
        is_in_bin=row.moment_or_none("deleted_at") is not None,
        items=tuple(_item(item, now) for item in row.objects("items", MOST_ITEMS)),
    )


def _item(row: Fields, now: datetime) -> Item:
    if row.has("heading"):
        return Item(heading=" ".join(row.text("heading", 200).split()) or "…")
    tags = tuple(split_tags("\n".join(row.texts("tags", most=MOST_TAGS, longest=LONGEST_TAG))))
    note, added_at = row.text("note", LONGEST_NOTE), row.moment("added_at", now)
    return Item(paper=row.paper(), note=note, tags=tags, added_at=added_at)
