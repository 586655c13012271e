"""Every route of reading lists, for every kind of visitor."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from readinglists import sharing
from readinglists.models import Entry, ListFollow, ListImport, ReadingList, WaitingEntry
from readinglists.urls import urlpatterns
from tests.factories import make_entry, make_user

pytestmark = pytest.mark.django_db

NOT_OBJECTS = {"lists", "create", "imports"}
OF_PAPERS = {"add", "save_control"}
OF_ENTRIES = {"remove", "move", "note"}
OF_IMPORTS = {"show_import", "write_import", "delete_import"}
OF_KEYS = {"shared", "follow_list"}
READABLE = {
    "lists",
    "create",
    "list",
    "more_like",
    "edit",
    "delete",
    "add",
    "save_control",
    "remove",
    "note",
    "imports",
    "show_import",
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
    "revoke_link",
    "follow_list",
    "unfollow_list",
    "imports",
    "write_import",
    "delete_import",
    "forget_not_found",
}
PRIVATE_OBJECTS = {
    "list",
    "more_like",
    "edit",
    "delete",
    "make_link",
    "revoke_link",
    "unfollow_list",
    "forget_not_found",
    *OF_ENTRIES,
    *OF_IMPORTS,
}
KINDS = (ReadingList, Entry, ListFollow, ListImport, WaitingEntry)
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
    ListImport.objects.create(
        user=entry.reading_list.owner, state="ready", expires_at=timezone.now() + timedelta(days=1)
    )
    entry.reading_list.waiting.create(scheme="arxiv", value="2401.00001", state="failed")
    return entry


def address(name: str, entry: Entry, pk: int | None = None) -> str:
    if name in OF_KEYS:
        return reverse(f"readinglists:{name}", args=["A" * 43])
    if name in NOT_OBJECTS:
        return reverse(f"readinglists:{name}")
    own = {**dict.fromkeys(OF_PAPERS, entry.paper_id), **dict.fromkeys(OF_ENTRIES, entry.pk)}
    own |= dict.fromkeys(OF_IMPORTS, ListImport.objects.get().pk)
    own["unfollow_list"] = ListFollow.objects.get(reading_list=entry.reading_list_id).pk
    return reverse(f"readinglists:{name}", args=[pk or own.get(name, entry.reading_list_id)])


def state() -> list[object]:
    return [row for kind in KINDS for row in kind.objects.values()]


def ask(client: Client, name: str, where: str) -> Any:
    return client.post(where) if name in WRITABLE else client.get(where)


def test_the_matrix_knows_every_route() -> None:
    assert set(NAMES) == READABLE | WRITABLE | {"shared"}


@pytest.mark.promise(32)
@pytest.mark.parametrize("name", sorted(READABLE | WRITABLE))
def test_signed_out_visitor_is_sent_to_the_login(client: Client, name: str) -> None:
    entry = make_followed_entry()
    before = state()
    where = address(name, entry)
    response = ask(client, name, where)
    can_be_opened = name in READABLE
    assert response["Location"] == f"/accounts/login/?next={where if can_be_opened else '/lists/'}"
    assert state() == before


@pytest.mark.promise(32)
@pytest.mark.parametrize("name", sorted(PRIVATE_OBJECTS))
def test_someone_elses_object_looks_like_one_that_does_not_exist(client: Client, name: str) -> None:
    entry = make_followed_entry()
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


@pytest.mark.parametrize("name", sorted(READABLE))
def test_owner_can_read(client: Client, name: str) -> None:
    entry = make_followed_entry()
    client.force_login(entry.reading_list.owner)
    assert client.get(address(name, entry)).status_code == 200


@pytest.mark.promise(30)
@pytest.mark.parametrize("name", sorted(READABLE | {"shared"}))
def test_reading_changes_nothing(client: Client, name: str) -> None:
    entry = make_followed_entry()
    client.force_login(entry.reading_list.owner)
    before = state()
    client.get(address(name, entry))
    client.head(address(name, entry))
    assert state() == before


@pytest.mark.parametrize("name", NAMES)
def test_the_wrong_method_is_refused(client: Client, name: str) -> None:
    entry = make_followed_entry()
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
def test_a_post_without_a_token_is_refused(name: str, htmx: bool) -> None:
    entry = make_followed_entry()
    client = Client(enforce_csrf_checks=True)
    client.force_login(entry.reading_list.owner)
    before = state()
    headers = {"HX-Request": "true"} if htmx else {}
    assert client.post(address(name, entry), headers=headers).status_code == 403
    assert state() == before
