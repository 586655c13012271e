"""All that is kept about one reader as a ZIP file: broadsheet.json, a .bib a list, README.txt.

It decides the form of the file (docs/archive.md); what goes into it is in rows.py and lists.py.
Nothing is changed, and memory does not grow with what the reader has.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.archive import lists, rows
from accounts.archive.contents import HOLDINGS, NotWritten
from accounts.models import User
from papers.formats import Head, bibtex
from readinglists.list_files import read_items
from readinglists.models import ReadingList

FORMAT = "broadsheet-archive"
VERSION = 1
JSON_NAME = "broadsheet.json"

_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def write(user: User, file: IO[bytes], *, now: datetime) -> None:
    """Write the reader's archive into `file`, as everything stood at one moment.

    `file` is a file on disk rather than the answer to a request: a slow client would hold the
    transaction open for as long, and what fails half-way would look like a whole file.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic() if is_outermost else nullcontext():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute(_SNAPSHOT)
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            _write_text(archive, JSON_NAME, _encode(_contents(user, now)))
            for number, reading_list in enumerate(lists.own_lists(user), start=1):
                name = f"lists/{number:03}-{slugify(reading_list.title)[:60] or 'list'}.bib"
                _write_text(archive, name, _bibtex(reading_list))
            _write_text(archive, "README.txt", [_readme(user, now)])


def _contents(user: User, now: datetime) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "site": settings.SITE_URL,
        "written_at": now.astimezone(UTC).isoformat(),
        "account": rows.account(user),
        "settings": rows.settings_of(user),
        "follows": rows.follows(user),
        "list_follows": rows.lists_followed(user),
        "mutes": rows.mutes(user),
        "votes": rows.votes(user),
        "seen": rows.seen(user),
        "states": rows.states(user),
        "feedback": rows.feedback(user),
        "lists": lists.lists(user),
        "memberships": rows.memberships(user),
        "waiting": rows.waiting(user),
        "paper_requests": rows.paper_requests(user),
        "deliveries": rows.deliveries(user),
        "bounces": rows.bounces(user),
        "tokens": rows.tokens(user),
    }


def _encode(value: Any) -> Iterator[str]:
    """JSON in pieces; an iterator becomes an array, an element at a time, each on its line."""
    if isinstance(value, Iterator):
        yield "["
        for number, element in enumerate(value):
            yield ",\n" if number else "\n"
            yield from _encode(element)
        yield "]"
    elif isinstance(value, dict) and any(isinstance(each, Iterator) for each in value.values()):
        yield "{"
        for number, (key, each) in enumerate(value.items()):
            yield f"{',' if number else ''}\n{json.dumps(key)}: "
            yield from _encode(each)
        yield "}"
    else:
        yield json.dumps(value, ensure_ascii=False)


def _bibtex(reading_list: ReadingList) -> Iterator[str]:
    head = Head(
        title=reading_list.title,
        page=f"{settings.SITE_URL}{reading_list.get_absolute_url()}",
        description=reading_list.description,
    )
    return bibtex.write(head, read_items(reading_list))


def _write_text(archive: ZipFile, name: str, pieces: Iterable[str]) -> None:
    with archive.open(name, "w") as file:
        for piece in pieces:
            file.write(piece.encode())


def _readme(user: User, now: datetime) -> str:
    missing = [
        f"- {name}: {each.why}" for name, each in HOLDINGS.items() if isinstance(each, NotWritten)
    ]
    return "\n".join(
        [
            _("All that %(site)s keeps about %(address)s, written on %(day)s.")
            % {"site": settings.SITE_NAME, "address": user.email, "day": f"{now:%Y-%m-%d}"},
            "",
            _("broadsheet.json  everything, papers by arXiv id, DOI, address and title"),
            _("lists/*.bib      your lists, for BibTeX and reference managers"),
            "",
            _("Another Broadsheet takes this file under Settings, Import. It holds your"),
            _("address and your private notes: keep it as you keep your mail."),
            "",
            _("Not in it:"),
            *missing,
            "",
        ]
    )
