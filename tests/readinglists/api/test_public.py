from urllib.parse import urlsplit

import pytest
from pytest_django import Settings

from readinglists import publishing, sharing
from readinglists.headings import add_heading
from readinglists.list_follows import follow
from readinglists.models import ListFollow, ReadingList
from tests.api_client import Program, make_program
from tests.factories import make_entry, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def make_public_list(title: str = "Owls") -> ReadingList:
    reading_list = make_entry(reading_list=make_reading_list(title=title), note="Hoo").reading_list
    publishing.publish(reading_list)
    return reading_list


def test_anybody_finds_and_reads_public_lists_and_no_others() -> None:
    there, visitor = make_public_list(), Program()
    private = make_entry().reading_list
    found = visitor.ask("/public-lists")["items"]
    assert [(each["id"], each["size"]) for each in found] == [(there.pk, 1)]
    assert visitor.ask(f"/public-lists/{there.pk}")["title"] == "Owls"
    entries = visitor.ask(f"/public-lists/{there.pk}/entries")["items"]
    assert [(each["note"], each["paper"]["mine"]) for each in entries] == [("Hoo", None)]
    for path in ("", "/entries"):
        assert visitor.get(f"/api/v1/public-lists/{private.pk}{path}").status_code == 404


def test_the_directory_goes_on_and_is_searched() -> None:
    lists = [make_public_list(f"Owls {number}") for number in range(3)]
    make_public_list("Bats")
    visitor = Program()
    first = visitor.ask("/public-lists", q="owls", limit=2)
    second = visitor.get(first["next"].removeprefix("http://localhost:8000")).json()
    ids = [each["id"] for page in (first, second) for each in page["items"]]
    assert ids == [each.pk for each in reversed(lists)]
    assert second["next"] is None


def test_entries_of_a_public_list_go_on() -> None:
    there = make_public_list()
    make_entry(reading_list=there)
    visitor, path = Program(), f"/public-lists/{there.pk}/entries"
    first = visitor.ask(path, limit=1)
    address = urlsplit(first["next"])
    second = visitor.get(f"{address.path}?{address.query}").json()
    ids = [each["id"] for page in (first, second) for each in page["items"]]
    assert ids == list(there.entries.order_by("position").values_list("pk", flat=True))


def test_a_public_list_is_followed_and_left() -> None:
    there, user = make_public_list(), make_user()
    program = make_program("follows", user=user)
    for _twice in range(2):
        assert program.send("PUT", f"/public-lists/{there.pk}/follow").status_code == 204
    (row,) = program.ask("/followed-lists")
    assert (row["title"], urlsplit(row["url"]).path) == ("Owls", f"/public/{there.pk}/")
    assert program.ask(f"/public-lists/{there.pk}")["followers"] == 1
    assert program.send("DELETE", f"/followed-lists/{row['id']}").status_code == 204
    assert program.ask("/followed-lists") == []
    assert program.send("DELETE", f"/followed-lists/{row['id']}").status_code == 404


@pytest.mark.promise(33)
def test_of_a_followed_list_that_ended_nothing_is_told() -> None:
    user, link = make_user(), sharing.make_link(make_reading_list(title="Secret"))
    follow(user, link)
    program = make_program("follows", user=user)
    assert "/l/" in program.ask("/followed-lists")[0]["url"]
    sharing.revoke_link(link)
    assert {"title": "", "url": None}.items() <= program.ask("/followed-lists")[0].items()


@pytest.mark.promise(32)
def test_nobody_ends_what_another_follows() -> None:
    there, other = make_public_list(), make_program("follows")
    other.send("PUT", f"/public-lists/{there.pk}/follow")
    row = ListFollow.objects.get()
    answer = make_program("follows").send("DELETE", f"/followed-lists/{row.pk}")
    assert answer.status_code == 404
    assert ListFollow.objects.exists()


def test_the_own_list_cannot_be_followed() -> None:
    there = make_public_list()
    answer = make_program(user=there.owner).send("PUT", f"/public-lists/{there.pk}/follow")
    assert answer.status_code == 422
    assert "your own" in answer.json()["detail"]


def test_a_public_list_is_copied_with_all_it_shows() -> None:
    there = make_public_list()
    add_heading(there, "Barn owls", by=None)
    program = make_program("lists", "read")
    made = program.send("POST", f"/public-lists/{there.pk}/copy")
    assert made.status_code == 201
    assert {"title": "Owls", "size": 1, "role": "owner"}.items() <= made.json().items()
    assert program.ask(f"/lists/{made.json()['id']}/headings")["items"][0]["title"] == "Barn owls"


def test_the_owner_publishes_and_withdraws() -> None:
    entry = make_entry()
    program, path = make_program(user=entry.reading_list.owner), f"/lists/{entry.reading_list_id}"
    assert program.send("PUT", f"{path}/public").json()["is_public"] is True
    assert len(Program().ask("/public-lists")["items"]) == 1
    assert program.send("DELETE", f"{path}/public").json()["is_public"] is False
    assert Program().ask("/public-lists")["items"] == []


def test_a_site_without_public_lists_publishes_none(settings: Settings) -> None:
    settings.PUBLIC_LISTS = False
    entry = make_entry()
    program = make_program(user=entry.reading_list.owner)
    answer = program.send("PUT", f"/lists/{entry.reading_list_id}/public")
    assert answer.status_code == 422
    assert Program().ask("/public-lists")["items"] == []


@pytest.mark.parametrize(("move", "left"), [(False, 2), (True, 1)])
def test_papers_are_copied_or_moved_to_another_list(move: bool, left: int) -> None:
    user = make_user()
    source, target = make_reading_list(owner=user), make_reading_list(owner=user)
    entry = make_entry(reading_list=source, note="Keep")
    make_entry(reading_list=source)
    body = {"from_list": source.pk, "entries": [entry.pk], "move": move}
    answer = make_program(user=user).send("POST", f"/lists/{target.pk}/bring", body)
    assert answer.json() == {"added": 1, "removed": int(move)}
    assert target.entries.get().note == "Keep"
    assert source.entries.count() == left


def test_a_moved_paper_that_stands_there_leaves_its_note_and_is_not_counted() -> None:
    user = make_user()
    source, target = make_reading_list(owner=user), make_reading_list(owner=user)
    entry = make_entry(reading_list=source, note="Keep")
    make_entry(reading_list=target, paper=entry.paper, note="There")
    body = {"from_list": source.pk, "entries": [entry.pk], "move": True}
    answer = make_program(user=user).send("POST", f"/lists/{target.pk}/bring", body)
    assert answer.json() == {"added": 0, "removed": 1}
    assert target.entries.get().note == "There\n\nKeep"


@pytest.mark.promise(32)
def test_nothing_is_brought_from_a_list_of_another() -> None:
    target, entry = make_reading_list(), make_entry()
    body = {"from_list": entry.reading_list_id, "entries": [entry.pk]}
    answer = make_program(user=target.owner).send("POST", f"/lists/{target.pk}/bring", body)
    assert answer.status_code == 404
    assert not target.entries.exists()
