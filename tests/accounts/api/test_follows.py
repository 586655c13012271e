import pytest

from accounts import feed_keys
from accounts.models import Follow
from tests.api_client import Program, make_program
from tests.factories import make_follow, make_match, make_paper, make_user

pytestmark = pytest.mark.django_db


def test_a_search_is_followed_changed_and_ended() -> None:
    program = make_program("read", "follows")
    made = program.send("POST", "/follows", {"query": "kestrel cat:cs.LG", "name": "Birds"})
    assert made.status_code == 201
    path = f"/follows/{made.json()['id']}"
    changed = program.send("PATCH", path, {"name": "Kestrels", "in_digest": False}).json()
    assert (changed["name"], changed["in_digest"]) == ("Kestrels", False)
    assert program.ask(path)["feeds"][0]["url"].endswith(".atom")
    assert program.send("DELETE", path).status_code == 204
    assert not Follow.objects.exists()


def test_the_same_search_is_followed_once() -> None:
    program = make_program("follows")
    assert program.send("POST", "/follows", {"query": "kestrel"}).status_code == 201
    assert program.send("POST", "/follows", {"query": " kestrel "}).status_code == 200
    assert Follow.objects.count() == 1


def key_in(url: str) -> str:
    return url.rpartition("/")[2].partition(".")[0]


def test_feeds_get_new_addresses() -> None:
    program = make_program("follows")
    made = program.send("POST", "/follows", {"query": "kestrel"}).json()
    old, path = made["feeds"][0]["url"], f"/follows/{made['id']}/key"
    new = program.send("POST", path).json()["feeds"][0]["url"]
    assert feed_keys.find_follow(key_in(old)) is None
    assert feed_keys.find_follow(key_in(new)) == Follow.objects.get()


def test_a_token_that_only_reads_learns_no_address_that_would_outlive_it() -> None:
    user = make_user()
    follow = make_follow(user=user)
    program = make_program("read", user=user)
    assert program.ask(f"/follows/{follow.pk}")["feeds"] == []
    assert program.ask("/follows")["items"][0]["feeds"] == []


@pytest.mark.parametrize("body", [{"query": "()"}, {"query": ""}, {}, {"query": 1}, [], "x", None])
def test_what_cannot_be_followed_is_refused(body: object) -> None:
    response = make_program("follows").send("POST", "/follows", body)
    assert response.status_code == 422
    assert response.json()["detail"]


def test_a_name_of_nothing_is_refused() -> None:
    user = make_user()
    follow = make_follow(user=user, name="Birds")
    response = make_program(user=user).send("PATCH", f"/follows/{follow.pk}", {"name": " "})
    assert response.status_code == 422
    follow.refresh_from_db()
    assert follow.name == "Birds"


@pytest.mark.promise(32)
@pytest.mark.parametrize(
    ("method", "tail", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"name": "Mine now"}),
        ("DELETE", "", None),
        ("POST", "/key", None),
        ("GET", "/papers", None),
    ],
)
def test_anothers_follow_reads_as_one_that_is_not_there(
    method: str, tail: str, body: object
) -> None:
    follow, program = make_follow(), make_program()
    foreign = program.send(method, f"/follows/{follow.pk}{tail}", body)
    absent = program.send(method, f"/follows/{follow.pk + 1000}{tail}", body)
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    assert Follow.objects.get().name == follow.name


def test_follows_are_paged() -> None:
    user = make_user()
    for number in range(3):
        make_follow(user=user, query=f"kestrel{number}")
    make_follow()
    program = make_program(user=user)
    first = program.ask("/follows", limit=2)
    rest = program.get(first["next"]).json()
    assert [each["query"] for each in first["items"] + rest["items"]] == [
        "kestrel0",
        "kestrel1",
        "kestrel2",
    ]
    assert rest["next"] is None


def test_what_matched_is_paged_the_undated_last() -> None:
    user = make_user()
    follow = make_follow(user=user)
    papers = [make_paper(announced_on=None), make_paper(announced_on=None)]
    for paper in papers:
        make_match(follow=follow, paper=paper)
    program = make_program(user=user)
    told, found = program.ask(f"/follows/{follow.pk}/papers", limit=1), []
    while told["items"]:
        found += [paper["number"] for paper in told["items"]]
        if told["next"] is None:
            break
        told = program.get(told["next"]).json()
    assert found == [papers[1].pk, papers[0].pk]


def test_me_tells_whose_token_it_is() -> None:
    user = make_user(email="ada@example.org")
    told = make_program("read", "vote", user=user).ask("/me")
    assert told["email"] == "ada@example.org"
    assert told["token"]["scopes"] == ["read", "vote"]
    assert Program().send("GET", "/me").status_code == 401
