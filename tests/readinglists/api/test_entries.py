from urllib.parse import parse_qs, urlsplit

import pytest

from papers.models import PaperRequest
from readinglists import headings
from readinglists.entries import tag_many
from readinglists.models import Entry, ReadingState, WaitingEntry
from readinglists.states import set_own_note, set_state
from tests.api_client import make_program
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def test_a_paper_is_added_by_number_or_name_once() -> None:
    user = make_user()
    one, other = make_paper(), make_paper(arxiv_id="2603.00999")
    path = f"/lists/{make_reading_list(owner=user).pk}/entries"
    program = make_program("lists", user=user)
    made = program.send("POST", path, {"paper": one.pk, "note": "Good", "tags": ["birds"]})
    assert made.status_code == 201
    assert (made.json()["note"], made.json()["tags"]) == ("Good", ["birds"])
    named = {"name": "https://arxiv.org/abs/2603.00999v2"}
    assert program.send("POST", path, named).json()["paper"]["number"] == other.pk
    assert program.send("POST", path, {"paper": one.pk, "note": "Else"}).status_code == 200
    assert Entry.objects.get(paper=one).note == "Good"


def test_an_unknown_paper_is_asked_for() -> None:
    user = make_user()
    path = f"/lists/{make_reading_list(owner=user).pk}/entries"
    body = {"name": "2603.00999", "note": "For Monday", "tags": ["a"]}
    response = make_program("lists", user=user).send("POST", path, body)
    assert (response.status_code, response.json()["state"]) == (202, "waiting")
    assert PaperRequest.objects.get().requested_by == user
    waiting = WaitingEntry.objects.get()
    assert (waiting.value, waiting.note, waiting.tags) == ("2603.00999", "For Monday", ["a"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"paper": 1, "name": "2603.00999"},
        {"name": "nothing"},
        {"name": "\u0000"},
        {"paper": 0},
        {"paper": "1"},
        {"paper": 1, "tags": ["x" * 51]},
        {"paper": 1, "tags": ["x"] * 21},
        {"paper": 1, "notes": "a name that is none"},
    ],
)
def test_what_names_no_paper_is_refused(body: object) -> None:
    user = make_user()
    path = f"/lists/{make_reading_list(owner=user).pk}/entries"
    response = make_program(user=user).send("POST", path, body)
    assert response.status_code == 422
    assert response.json()["detail"]
    assert not Entry.objects.exists()


def test_entries_are_paged_in_their_order_below_their_headings() -> None:
    user = make_user()
    reading_list = make_reading_list(owner=user)
    made = [make_entry(reading_list=reading_list) for _ in range(2)]
    heading = headings.add_heading(reading_list, "Later", by=user)
    made.append(make_entry(reading_list=reading_list))
    program = make_program(user=user)
    first = program.ask(f"/lists/{reading_list.pk}/entries", limit=2)
    rest = program.get(first["next"]).json()
    items = first["items"] + rest["items"]
    assert [each["id"] for each in items] == [entry.pk for entry in made]
    assert [each["heading_id"] for each in items] == [None, None, heading.pk]


def test_entries_are_asked_for_by_mark_tag_and_section() -> None:
    user = make_user()
    reading_list = make_reading_list(owner=user)
    top = make_entry(reading_list=reading_list)
    heading = headings.add_heading(reading_list, "Later", by=user)
    tagged, also = (make_entry(reading_list=reading_list) for _ in range(2))
    tag_many(reading_list, [tagged.pk, also.pk], ["birds"], by=user)
    set_state(user, [tagged.paper_id], ReadingState.State.READ)
    program, path = make_program("read", user=user), f"/lists/{reading_list.pk}/entries"

    def asked(**parameters: object) -> list[int]:
        return [each["id"] for each in program.ask(path, **parameters)["items"]]

    assert asked(state="read") == [tagged.pk]
    assert asked(state="none", section=heading.pk) == [also.pk]
    assert asked(section=0) == [top.pk]
    first = program.ask(path, tag="birds", limit=1)
    rest = program.get(first["next"]).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == [tagged.pk, also.pk]
    place = parse_qs(urlsplit(first["next"]).query)["after"][0]
    assert program.get(f"/api/v1{path}", {"after": place}).status_code == 422


def test_note_and_tags_are_changed_together() -> None:
    user = make_user()
    entry = make_entry(reading_list=make_reading_list(owner=user))
    path, program = f"/lists/entries/{entry.pk}", make_program(user=user)
    version = program.ask(path)["version"]
    body = {"note": "Good", "tags": ["#birds", "Birds"], "version": version}
    told = program.send("PATCH", path, body).json()
    assert (told["note"], told["tags"]) == ("Good", ["birds"])
    refused = program.send("PATCH", path, {"note": "Bad", "tags": [], "version": version})
    assert refused.status_code == 409
    assert refused.json()["current"] == {"note": "Good"}
    assert refused.json()["sent"] == {"note": "Bad", "tags": ""}
    entry.refresh_from_db()
    assert entry.tags == ["birds"]


def test_an_entry_is_moved_and_taken_out() -> None:
    user = make_user()
    reading_list = make_reading_list(owner=user)
    one, two, three = (make_entry(reading_list=reading_list) for _ in range(3))
    program = make_program(user=user)
    program.send("POST", f"/lists/entries/{three.pk}/move", {"before": f"e{two.pk}"})
    program.send("POST", f"/lists/entries/{two.pk}/move", {})
    items = program.ask(f"/lists/{reading_list.pk}/entries")["items"]
    assert [each["id"] for each in items] == [two.pk, one.pk, three.pk]
    both = {"before": f"e{one.pk}", "after": f"e{two.pk}"}
    assert program.send("POST", f"/lists/entries/{three.pk}/move", both).status_code == 422
    gone = {"after": f"e{three.pk + 1000}"}
    assert program.send("POST", f"/lists/entries/{one.pk}/move", gone).status_code == 404
    assert program.send("DELETE", f"/lists/entries/{one.pk}").status_code == 204
    assert reading_list.entries.count() == 2


def test_state_and_own_note_are_the_reader_s_alone() -> None:
    user, paper = make_user(), make_paper()
    program, path = make_program("lists", user=user), f"/papers/{paper.pk}/state"
    told = program.send("PUT", path, {"state": "reading", "own_note": "Section 3"})
    assert told.json()["state"] == "reading"
    assert program.send("PUT", path, {"own_note": "Else", "version": 99}).status_code == 409
    assert program.send("PUT", path, {"state": "bored"}).status_code == 422
    assert ReadingState.objects.get().user == user


def test_a_change_is_undone() -> None:
    user = make_user()
    entry = make_entry(reading_list=make_reading_list(owner=user), note="Good")
    program, path = make_program(user=user), f"/lists/{entry.reading_list_id}/history"
    program.send("DELETE", f"/lists/entries/{entry.pk}")
    change = program.ask(path)["items"][0]
    assert (change["kind"], change["can_be_undone"]) == ("removed", True)
    assert program.send("POST", f"{path}/{change['id']}/undo").json()["left"] == []
    assert Entry.objects.get().note == "Good"
    assert program.send("POST", f"{path}/{change['id']}/undo").status_code == 409


def test_headings_are_made_renamed_moved_and_removed() -> None:
    user = make_user()
    entry = make_entry(reading_list=make_reading_list(owner=user))
    program, path = make_program(user=user), f"/lists/{entry.reading_list_id}/headings"
    made = program.send("POST", path, {"title": "Later"}).json()
    one = f"/lists/headings/{made['id']}"
    assert program.send("PATCH", one, {"title": "Now", "version": 1}).json()["title"] == "Now"
    assert program.send("PATCH", one, {"title": "Then", "version": 1}).status_code == 409
    program.send("POST", f"{one}/move", {"before": f"e{entry.pk}"})
    assert program.ask(f"/lists/entries/{entry.pk}")["heading_id"] == made["id"]
    assert program.send("DELETE", one).status_code == 204
    assert program.ask(path) == {"items": []}


@pytest.mark.promise(32)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/lists/entries/{}", None),
        ("PATCH", "/lists/entries/{}", {"note": "Mine", "version": 1}),
        ("DELETE", "/lists/entries/{}", None),
        ("POST", "/lists/entries/{}/move", {}),
        ("PATCH", "/lists/headings/{}", {"title": "Mine", "version": 1}),
        ("POST", "/lists/headings/{}/move", {}),
        ("DELETE", "/lists/headings/{}", None),
    ],
)
def test_anothers_entry_or_heading_reads_as_one_that_is_not_there(
    method: str, path: str, body: object
) -> None:
    entry, program = make_entry(note="Theirs"), make_program()
    heading = headings.add_heading(entry.reading_list, "Theirs", by=None)
    pk = heading.pk if "headings" in path else entry.pk
    foreign = program.send(method, path.format(pk), body)
    absent = program.send(method, path.format(pk + 1000), body)
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    entry.refresh_from_db()
    assert entry.note == "Theirs"


def test_a_page_is_saved_into_the_default_list() -> None:
    user, paper = make_user(), make_paper(arxiv_id="2603.00141")
    program = make_program("lists", user=user)
    body = {"name": "https://arxiv.org/abs/2603.00141"}
    assert program.send("POST", "/save", body).status_code == 201
    assert program.send("POST", "/save", body).status_code == 200
    entry = Entry.objects.get(paper=paper)
    assert (entry.reading_list.owner, entry.reading_list.is_default) == (user, True)


@pytest.mark.promise(32)
def test_a_token_that_may_not_read_is_told_no_own_note() -> None:
    entry = make_entry()
    reader, paper = entry.reading_list.owner, entry.paper
    set_own_note(reader, paper.pk, "Mine alone", seen=0)
    set_state(reader, [paper.pk], ReadingState.State.READING)
    program = make_program("lists", user=reader)
    state = program.send("PUT", f"/papers/{paper.pk}/state", {})
    added = program.send("POST", f"/lists/{entry.reading_list_id}/entries", {"paper": paper.pk})
    assert (state.json()["own_note"], state.json()["state"]) == ("", "")
    assert (added.json()["own_note"], added.json()["state"]) == ("", "")
    assert added.json()["paper"]["mine"] is None
