"""Pages of reading lists: their owner's, their members', and those of whoever has a link."""

from typing import Any

from django.test import Client

from readinglists import entries, headings, invitations, keeping, sharing
from readinglists.models import Entry, Role
from tests.browser.pages.book import Book, client_of
from tests.browser.pages.library import Library, text_file
from tests.factories import make_member, make_reading_list
from tests.readinglists.imports.items import import_text, make_import

BIBTEX = "@misc{a, eprint={2603.00001}}\n@misc{b, eprint={2401.00002}}\n@misc{c"


def draw_list(book: Book, library: Library) -> None:
    client, pk = client_of(library.reader), library.reading_list.pk
    book.take(client, "readinglists:lists")
    book.take(client, "readinglists:create")
    book.take(client, "readinglists:create", data={"title": ""}, say="refused")
    book.take(client, "readinglists:list", pk)
    book.take(client, "readinglists:list", pk, query={"select": "1"}, say="select")
    book.take(client, "readinglists:list", pk, query={"q": "nothing"}, say="filtered")
    for view in ("more_like", "edit", "delete", "sharing", "publish", "people", "history"):
        book.take(client, f"readinglists:{view}", pk)
    book.take(client, "readinglists:edit", pk, data={"title": ""}, say="refused")
    book.take(client, "readinglists:add_heading", pk, data={"title": ""}, say="refused")
    book.take(client, "readinglists:add", library.papers[0].pk)
    book.take(client, "readinglists:add_this", query={"url": "https://arxiv.org/abs/2603.00001"})
    book.take(client, "readinglists:add_this", data={"text": ""}, say="refused")
    book.take(client, "readinglists:own_note", library.papers[0].pk)
    heading = headings.add_heading(library.reading_list, "Later", by=library.reader)
    book.take(client, "readinglists:rename_heading", heading.pk)
    empty = make_reading_list(owner=library.reader, title="Nothing here")
    book.take(client, "readinglists:list", empty.pk, say="empty")
    thrown = make_reading_list(owner=library.reader, title="Thrown away")
    keeping.delete_list(thrown)
    book.take(client, "readinglists:bin")
    book.take(client, "readinglists:delete_for_good", thrown.pk)


def draw_entry(book: Book, library: Library) -> None:
    client, entry = client_of(library.reader), library.entry
    for view in ("entry", "note", "tags"):
        book.take(client, f"readinglists:{view}", entry.pk)
    now = Entry.objects.get(pk=entry.pk)
    entries.set_note(now, "Theirs", by=None, seen=now.version)
    stale = {"note": "Mine", "seen": entry.version, "reading_list": entry.reading_list_id}
    book.take(client, "readinglists:note", entry.pk, data=stale, say="conflict")
    gone = library.reading_list.entries.order_by("-pk")[0]
    entries.remove_many(library.reading_list, [gone.pk], by=None)
    book.take(client, "readinglists:note", gone.pk, data=stale, say="lost")


def draw_sharing(book: Book, library: Library) -> None:
    client, link = client_of(library.reader), library.link
    for view in ("change_link", "rotate_link", "revoke_link"):
        book.take(client, f"readinglists:{view}", link.pk)
    book.take(
        client, "readinglists:change_link", link.pk, data={"expires_on": "soon"}, say="refused"
    )
    member = make_member(reading_list=library.reading_list, user=library.friend)
    book.take(client, "readinglists:transfer", member.pk)
    invited: Any = {"email": "", "role": "editor"}
    book.take(client, "readinglists:invite", library.reading_list.pk, data=invited, say="refused")
    guest, key = client_of(library.friend), sharing.key_of(link)
    book.take(guest, "readinglists:leave", library.reading_list.pk)
    book.take(guest, "readinglists:people", library.reading_list.pk, say="member")
    book.take(guest, "readinglists:shared", key, say="read")
    asked = invitations.invite(
        library.reading_list, "third@example.org", Role.EDITOR, by=library.reader
    )
    visitor = Client()
    book.take(visitor, "readinglists:invitation", asked.token)
    book.take(visitor, "readinglists:invitation", "broken")
    book.take(visitor, "readinglists:shared", key)
    book.take(visitor, "readinglists:shared", key, query={"view": "print"}, say="print")
    book.take(visitor, "readinglists:shared", "broken")
    closed = sharing.make_link(library.reading_list, needs_login=True)
    book.take(visitor, "readinglists:shared", sharing.key_of(closed), say="needs login")


def draw_imports(book: Book, library: Library) -> None:
    client = client_of(library.reader)
    book.take(client, "readinglists:imports")
    book.take(client, "readinglists:imports", data={"text": "", "into": ""}, say="refused")
    file = text_file("mine.bib", BIBTEX)
    book.take(client, "readinglists:imports", data={"file": file, "into": ""}, say="preview")
    read = make_import(BIBTEX, by=library.reader)
    book.take(client, "readinglists:show_import", read.pk, query={"show": "unknown"})
    done = import_text(BIBTEX, by=library.reader)
    book.take(client, "readinglists:show_import", done.pk, say="done")
