import pytest

from readinglists import keeping, members
from readinglists.models import Member, ReadingList, Role
from tests.api_client import Program, make_program
from tests.factories import make_entry, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def make_editor(reading_list: ReadingList, role: Role = Role.EDITOR) -> Program:
    user = make_user()
    Member.objects.create(reading_list=reading_list, user=user, role=role)
    return make_program(user=user)


def test_a_list_is_made_changed_put_away_and_taken_back() -> None:
    program = make_program()
    made = program.send("POST", "/lists", {"title": " To  read "})
    assert (made.status_code, made.json()["title"]) == (201, "To read")
    path = f"/lists/{made.json()['id']}"
    changed = program.send("PATCH", path, {"title": "Birds", "version": 1, "archived": True})
    assert changed.json()["version"] == 2
    assert changed.json()["archived_at"]
    assert program.ask("/lists")["items"] == []
    assert len(program.ask("/lists", archived=True)["items"]) == 1
    assert program.send("DELETE", path).status_code == 204
    assert program.send("GET", path).status_code == 404
    assert [each["title"] for each in program.ask("/lists/bin")["items"]] == ["Birds"]
    assert program.send("POST", f"{path}/restore").json()["title"] == "Birds"
    program.send("DELETE", path)
    assert program.send("DELETE", path.replace("/lists", "/lists/bin")).status_code == 204
    assert not ReadingList.objects.exists()


def test_lists_of_others_are_there_with_the_role_one_has() -> None:
    user = make_user()
    mine, theirs = make_reading_list(owner=user), make_reading_list()
    make_entry(reading_list=theirs)
    make_reading_list()
    Member.objects.create(reading_list=theirs, user=user, role=Role.VIEWER)
    items = make_program("read", user=user).ask("/lists")["items"]
    assert [(each["id"], each["role"], each["size"]) for each in items] == [
        (mine.pk, "owner", 0),
        (theirs.pk, "viewer", 1),
    ]


def test_the_default_list_of_its_owner_is_nobody_elses() -> None:
    theirs, user = keeping.default_list(make_user()), make_user()
    Member.objects.create(reading_list=theirs, user=user, role=Role.VIEWER)
    told = [make_program("read", user=each).ask("/lists") for each in (theirs.owner, user)]
    assert [each["items"][0]["is_default"] for each in told] == [True, False]


def test_the_history_names_people_as_the_page_does() -> None:
    reading_list, user = make_reading_list(), make_user(email="new@example.org")
    member = Member.objects.create(reading_list=reading_list, user=user, role=Role.VIEWER)
    members.change_role(member, Role.EDITOR, by=reading_list.owner)
    program = make_program("read", "lists", user=reading_list.owner)
    (change,) = program.ask(f"/lists/{reading_list.pk}/history")["items"]
    assert "new@example.org" in change["words"]


def test_lists_are_paged() -> None:
    user = make_user()
    made = [make_reading_list(owner=user).pk for _ in range(3)]
    program = make_program(user=user)
    first = program.ask("/lists", limit=2)
    rest = program.get(first["next"]).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == made


def test_an_edit_of_an_old_version_is_told_both_texts() -> None:
    reading_list = make_reading_list(title="Birds")
    one, other = make_editor(reading_list), make_editor(reading_list)
    path = f"/lists/{reading_list.pk}"
    assert one.send("PATCH", path, {"title": "Kestrels", "version": 1}).status_code == 200
    refused = other.send("PATCH", path, {"title": "Herons", "version": 1})
    told = refused.json()
    assert refused.status_code == 409
    assert (told["current"], told["sent"]) == ({"title": "Kestrels"}, {"title": "Herons"})
    assert other.send("PATCH", path, {"title": "Herons", "version": 2}).status_code == 200


def test_the_version_may_come_as_if_match() -> None:
    user = make_user()
    path = f"/lists/{make_reading_list(owner=user).pk}"
    program = make_program(user=user)
    tag = program.send("GET", path)["ETag"]
    assert tag.startswith('"1.')
    assert program.send("PATCH", path, {"title": "B"}).status_code == 428
    assert program.send("PATCH", path, {"title": "B"}, **{"If-Match": tag}).status_code == 200
    assert program.send("PATCH", path, {"title": "C"}, **{"If-Match": tag}).status_code == 412
    assert program.send("PATCH", path, {"title": "C"}, **{"If-Match": "odd"}).status_code == 412


@pytest.mark.parametrize("body", [{"archived": True}, {"is_default": True}])
def test_an_editor_cannot_do_what_is_the_owners(body: dict[str, bool]) -> None:
    reading_list = make_reading_list()
    response = make_editor(reading_list).send("PATCH", f"/lists/{reading_list.pk}", body)
    assert response.status_code == 403


def test_a_viewer_cannot_edit() -> None:
    reading_list = make_reading_list()
    viewer = make_editor(reading_list, Role.VIEWER)
    body = {"title": "Mine", "version": 1}
    assert viewer.send("PATCH", f"/lists/{reading_list.pk}", body).status_code == 403
    assert viewer.send("DELETE", f"/lists/{reading_list.pk}").status_code == 403
    assert viewer.ask(f"/lists/{reading_list.pk}")["role"] == "viewer"


@pytest.mark.promise(32)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/lists/{}", None),
        ("PATCH", "/lists/{}", {"title": "Mine", "version": 1}),
        ("DELETE", "/lists/{}", None),
        ("POST", "/lists/{}/restore", None),
        ("DELETE", "/lists/bin/{}", None),
        ("GET", "/lists/{}/links", None),
        ("POST", "/lists/{}/links", {"name": "Mine"}),
        ("GET", "/lists/{}/entries", None),
        ("POST", "/lists/{}/entries", {"paper": 1}),
        ("POST", "/lists/{}/entries/many", {"papers": [1]}),
        ("POST", "/lists/{}/entries/remove", {"entries": [1]}),
        ("POST", "/lists/{}/entries/tag", {"entries": [1], "tags": ["mine"]}),
        ("POST", "/lists/{}/entries/move", {"entries": [1]}),
        ("POST", "/lists/{}/bring", {"from_list": 1, "entries": [1]}),
        ("GET", "/lists/{}/papers.bib", None),
        ("GET", "/lists/{}/more", None),
        ("DELETE", "/lists/{}/membership", None),
        ("PUT", "/lists/{}/public", None),
        ("DELETE", "/lists/{}/public", None),
        ("GET", "/lists/{}/headings", None),
        ("POST", "/lists/{}/headings", {"title": "Mine"}),
        ("GET", "/lists/{}/history", None),
        ("POST", "/lists/{}/history/1/undo", None),
    ],
)
def test_anothers_list_reads_as_one_that_is_not_there(method: str, path: str, body: object) -> None:
    reading_list, program = make_reading_list(), make_program()
    foreign = program.send(method, path.format(reading_list.pk), body)
    absent = program.send(method, path.format(reading_list.pk + 1000), body)
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content


@pytest.mark.promise(32)
def test_an_editor_says_not_who_made_the_list_and_a_viewer_reads_no_history() -> None:
    reading_list = make_reading_list()
    program, path = make_editor(reading_list), f"/lists/{reading_list.pk}"
    change = {"byline": "Mine", "version": reading_list.version}
    assert program.send("PATCH", path, change).status_code == 403
    assert program.get(f"/api/v1{path}/history").status_code == 200
    Member.objects.update(role=Role.VIEWER)
    assert program.get(f"/api/v1{path}/history").status_code == 403


def test_a_byline_is_one_line() -> None:
    mine = make_reading_list()
    change = {"byline": " Ada\n Moor", "version": mine.version}
    answer = make_program(user=mine.owner).send("PATCH", f"/lists/{mine.pk}", change)
    assert answer.json()["byline"] == "Ada Moor"
