"""Every route of reading lists, for every kind of visitor."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from readinglists import invitations, keeping, sharing
from readinglists.headings import add_heading
from readinglists.models import (
    Entry,
    Heading,
    Invitation,
    ListFollow,
    ListImport,
    Member,
    ReadingList,
    ReadingState,
    Role,
    WaitingEntry,
)
from readinglists.urls import urlpatterns
from tests.factories import make_entry, make_member, make_reading_list, make_user
from tests.shared_rows import shared_rows

pytestmark = pytest.mark.django_db

NOT_OBJECTS = {"lists", "create", "bin", "public_lists", "imports", "add_this", "from_anywhere"}
OF_PAPERS = {"add", "press", "save_control", "state", "own_note"}
OF_ENTRIES = {"entry", "remove", "move", "note", "tags"}
OF_HEADINGS = {"rename_heading", "move_heading", "remove_heading"}
OF_BIN = {"restore", "delete_for_good"}
OF_CHANGES = {"undo"}
OF_TOKENS = {"undo_states", "invitation", "answer_by_token"}
OF_MEMBERS = {"change_role", "remove_member", "transfer"}
OF_INVITATIONS = {"resend_invitation", "withdraw_invitation", "answer_invitation"}
OF_KEYS = {"shared", "shared_file", "follow_list", "copy_shared", "join_by_link"}
OF_LINKS = {"change_link", "rotate_link", "revoke_link", "delete_link"}
OF_FILES = {"list_file", "shared_file", "public_file"}
# For anybody, of lists that are public.
OF_PUBLIC = {"public_list", "public_file", "follow_public_list", "copy_public_list"}
OF_IMPORTS = {"show_import", "write_import", "delete_import"}
READABLE = {
    "lists",
    "create",
    "list",
    "more_like",
    "edit",
    "delete",
    "add",
    "save_control",
    "note",
    "sharing",
    "publish",
    "list_file",
    "change_link",
    "rotate_link",
    "revoke_link",
    "tags",
    "entry",
    "bin",
    "delete_for_good",
    "own_note",
    "rename_heading",
    "people",
    "history",
    "transfer",
    "leave",
    "imports",
    "show_import",
    "add_this",
}
WRITABLE = {
    "create",
    "edit",
    "delete",
    "add",
    "remove",
    "move",
    "note",
    "make_link",
    "set_byline",
    "publish",
    "withdraw",
    "follow_list",
    "copy_shared",
    "follow_public_list",
    "copy_public_list",
    "unfollow_list",
    "press",
    "tags",
    "bulk",
    "archive",
    "make_default",
    "restore",
    "delete_for_good",
    "state",
    "own_note",
    "undo",
    "undo_states",
    "add_heading",
    "rename_heading",
    "move_heading",
    "remove_heading",
    "invite",
    "tell_additions",
    "leave",
    "join_by_link",
    "answer_by_token",
    "imports",
    "write_import",
    "add_this",
    "delete_import",
    "forget_not_found",
}
WRITABLE |= OF_MEMBERS | OF_INVITATIONS | OF_LINKS
PRIVATE_OBJECTS = {
    "list",
    "more_like",
    "edit",
    "delete",
    "make_link",
    "sharing",
    "publish",
    "withdraw",
    "set_byline",
    "list_file",
    "unfollow_list",
    "bulk",
    "archive",
    "make_default",
    "add_heading",
    "people",
    "history",
    "invite",
    "tell_additions",
    "leave",
    "forget_not_found",
}
PRIVATE_OBJECTS |= OF_IMPORTS | OF_MEMBERS | OF_INVITATIONS | OF_LINKS | OF_PUBLIC
PRIVATE_OBJECTS |= OF_ENTRIES | OF_HEADINGS | OF_BIN | OF_CHANGES
# What a member may do with a list, by the least rank; what is not named is for its owner alone.
FOR_VIEWERS = {"list", "list_file", "more_like", "people", "tell_additions", "leave"}
FOR_EDITORS = {"edit", "history", "bulk", "add_heading", "undo", "forget_not_found"}
FOR_EDITORS |= OF_ENTRIES | OF_HEADINGS
# Their own follow, and an invitation to their own address, are theirs by another way.
OF_LISTS = PRIVATE_OBJECTS - OF_IMPORTS - {"unfollow_list", "answer_invitation"}
PUBLIC = {
    "from_anywhere",
    "shared",
    "invitation",
    "shared_file",
    "public_lists",
    "public_list",
    "public_file",
}
NAMES = sorted(str(route.name) for route in urlpatterns)


def make_followed_entry() -> Entry:
    """One object of each kind, all of one reader: who follows the list does not matter here."""
    entry = make_entry()
    ListFollow.objects.create(
        user=entry.reading_list.owner,
        reading_list=entry.reading_list,
        share_link=sharing.make_link(entry.reading_list),
        generation=1,
    )
    owner = entry.reading_list.owner
    add_heading(entry.reading_list, "Head", by=owner)
    keeping.delete_list(make_reading_list(owner=owner))
    make_member(reading_list=entry.reading_list)
    invitations.invite(entry.reading_list, "invited@example.org", Role.VIEWER, by=owner)
    ListImport.objects.create(
        user=entry.reading_list.owner, state="ready", expires_at=timezone.now() + timedelta(days=1)
    )
    entry.reading_list.waiting.create(scheme="arxiv", value="2401.00001", state="failed")
    return entry


@pytest.fixture(scope="module")
def entry_of_all(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Entry]:
    with shared_rows(django_db_blocker):
        with django_db_blocker.unblock():
            made = make_followed_entry()
        yield made


@pytest.fixture
def entry(entry_of_all: Entry) -> Entry:
    """The same for all tests of this file, read anew for each."""
    return Entry.objects.get(pk=entry_of_all.pk)


def address(name: str, entry: Entry, pk: int | None = None) -> str:
    ending = ["bib"] if name in OF_FILES else []
    if name in OF_KEYS:
        return reverse(f"readinglists:{name}", args=["A" * 43, *ending])
    if name in NOT_OBJECTS:
        return reverse(f"readinglists:{name}")
    if name in OF_TOKENS:
        return reverse(f"readinglists:{name}", args=["token"])
    own = {**dict.fromkeys(OF_PAPERS, entry.paper_id), **dict.fromkeys(OF_ENTRIES, entry.pk)}
    own |= dict.fromkeys(OF_HEADINGS, entry.reading_list.headings.get().pk)
    own |= dict.fromkeys(OF_BIN, keeping.lists_in_bin(entry.reading_list.owner).get().pk)
    own |= dict.fromkeys(OF_CHANGES, entry.reading_list.changes.earliest("pk").pk)
    own |= dict.fromkeys(OF_MEMBERS, entry.reading_list.members.earliest("pk").pk)
    own |= dict.fromkeys(OF_INVITATIONS, entry.reading_list.invitations.get().pk)
    own |= dict.fromkeys(OF_IMPORTS, ListImport.objects.get().pk)
    own["unfollow_list"] = ListFollow.objects.get(reading_list=entry.reading_list_id).pk
    link_pk = entry.reading_list.share_links.get().pk
    own |= dict.fromkeys(OF_LINKS, link_pk)
    number = pk or own.get(name, entry.reading_list_id)
    return reverse(f"readinglists:{name}", args=[number, *ending])


def state() -> list[object]:
    kinds: tuple[type[Model], ...] = (ReadingList, Entry, Heading, ReadingState, ListFollow)
    kinds += (Member, Invitation, ListImport, WaitingEntry)
    return [row for kind in kinds for row in kind._default_manager.order_by("pk").values()]


def ask(client: Client, name: str, where: str) -> Any:
    data = {"do": "remove"} if name == "bulk" else {}
    return client.post(where, data) if name in WRITABLE else client.get(where)


def test_the_matrix_knows_every_route() -> None:
    assert set(NAMES) == READABLE | WRITABLE | PUBLIC


@pytest.mark.promise(32)
@pytest.mark.parametrize("name", sorted(READABLE | WRITABLE))
def test_signed_out_visitor_is_sent_to_the_login(entry: Entry, client: Client, name: str) -> None:
    before = state()
    where = address(name, entry)
    response = ask(client, name, where)
    can_be_opened = name in READABLE
    assert response["Location"] == f"/accounts/login/?next={where if can_be_opened else '/lists/'}"
    assert state() == before


@pytest.mark.promise(32)
@pytest.mark.parametrize("name", sorted(PRIVATE_OBJECTS))
def test_someone_elses_object_looks_like_one_that_does_not_exist(
    entry: Entry, client: Client, name: str
) -> None:
    client.force_login(make_user())
    before = state()
    foreign = ask(client, name, address(name, entry))
    absent = ask(client, name, address(name, entry, pk=10**9))
    huge = ask(client, name, address(name, entry, pk=10**30))
    assert {foreign.status_code, absent.status_code, huge.status_code} == {404}
    assert without_address(foreign) == without_address(absent)
    assert state() == before


def without_address(response: Any) -> list[str]:
    """The lines of the page, less the one that holds the token and the address asked for."""
    lines = response.content.decode().splitlines()
    return [line for line in lines if "csrfmiddlewaretoken" not in line]


@pytest.mark.promise(32)
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", sorted(OF_LISTS))
def test_a_member_does_what_their_role_allows_and_no_more(
    entry: Entry, client: Client, name: str, role: Role
) -> None:
    member = make_member(reading_list=entry.reading_list, role=role)
    client.force_login(member.user)
    where, before = address(name, entry), state()
    status = ask(client, name, where).status_code
    allowed = FOR_VIEWERS | (FOR_EDITORS if role == Role.EDITOR else set())
    if name in allowed:
        assert status not in {403, 404}
    else:
        # A member knows that the list is there; its bin and its public page are no part of it.
        assert status == (404 if name in OF_BIN | OF_PUBLIC else 403)
        assert state() == before


@pytest.mark.promise(32)
def test_a_refusal_of_a_member_is_in_words(client: Client) -> None:
    member = make_member(role=Role.VIEWER)
    client.force_login(member.user)
    response = client.get(reverse("readinglists:edit", args=[member.reading_list_id]))
    assert response.status_code == 403
    assert "You can read this list, but not change it." in response.content.decode()


@pytest.mark.promise(32)
@pytest.mark.parametrize("name", ["make_link", "change_link", "archive", "transfer", "invite"])
def test_what_only_the_owner_can_do_is_said_to_members(
    entry: Entry, client: Client, name: str
) -> None:
    client.force_login(make_member(reading_list=entry.reading_list).user)
    response = ask(client, name, address(name, entry))
    assert response.status_code == 403
    assert "Only the owner of this list can do that." in response.content.decode()


@pytest.mark.parametrize("name", sorted(READABLE - {"leave"}))
def test_owner_can_read(entry: Entry, client: Client, name: str) -> None:
    client.force_login(entry.reading_list.owner)
    assert client.get(address(name, entry)).status_code == 200


@pytest.mark.promise(30)
@pytest.mark.parametrize("name", sorted(READABLE | PUBLIC))
def test_reading_changes_nothing(entry: Entry, client: Client, name: str) -> None:
    client.force_login(entry.reading_list.owner)
    before = state()
    client.get(address(name, entry))
    client.head(address(name, entry))
    assert state() == before


@pytest.mark.parametrize("name", NAMES)
def test_the_wrong_method_is_refused(entry: Entry, client: Client, name: str) -> None:
    client.force_login(entry.reading_list.owner)
    before = state()
    where = address(name, entry)
    assert client.put(where).status_code == 405
    assert client.delete(where).status_code == 405
    if name not in WRITABLE:
        assert client.post(where).status_code == 405
    elif name not in READABLE:
        assert client.get(where).status_code == 405
    assert state() == before


@pytest.mark.promise(29)
@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize("name", sorted(WRITABLE))
def test_a_post_without_a_token_is_refused(entry: Entry, name: str, htmx: bool) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(entry.reading_list.owner)
    before = state()
    headers = {"HX-Request": "true"} if htmx else {}
    assert client.post(address(name, entry), headers=headers).status_code == 403
    assert state() == before
