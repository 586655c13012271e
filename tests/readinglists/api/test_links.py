import pytest
from django.test import Client

from readinglists import sharing
from readinglists.models import ShareLink
from tests.api_client import make_program
from tests.factories import make_reading_list, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.promise(33)
def test_a_link_is_made_rotated_and_revoked() -> None:
    user, visitor = make_user(), Client()
    program = make_program(user=user)
    path = f"/lists/{make_reading_list(owner=user).pk}/links"
    made = program.send("POST", path, {"name": "Reading group"})
    assert made.status_code == 201
    link = made.json()
    assert visitor.get(link["url"]).status_code == 200
    rotated = program.send("POST", f"/lists/links/{link['id']}/rotate").json()
    assert [visitor.get(url["url"]).status_code for url in (link, rotated)] == [404, 200]
    revoked = program.send("POST", f"/lists/links/{link['id']}/revoke").json()
    assert revoked["url"] is None
    assert visitor.get(rotated["url"]).status_code == 404
    assert [each["name"] for each in program.ask(path)] == ["Reading group"]
    assert program.send("DELETE", f"/lists/links/{link['id']}").status_code == 204
    assert program.ask(path) == []


def test_what_a_link_allows_is_changed() -> None:
    user = make_user()
    program, link = make_program(user=user), sharing.make_link(make_reading_list(owner=user))
    terms = {"can_edit": True, "needs_login": True, "expires_at": "2090-01-01T00:00:00Z"}
    answer = program.send("PUT", f"/lists/links/{link.pk}", terms)
    assert {name: answer.json()[name] for name in terms} == terms


@pytest.mark.parametrize("moment", ["2020-01-01T00:00:00Z", "9999-12-31T23:59:59-23:00"])
def test_a_moment_that_cannot_be_is_refused(moment: str) -> None:
    user = make_user()
    path = f"/lists/{make_reading_list(owner=user).pk}/links"
    answer = make_program(user=user).send("POST", path, {"expires_at": moment})
    assert answer.status_code == 422
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize(("method", "path"), [("POST", "/rotate"), ("PUT", ""), ("DELETE", "")])
def test_only_what_can_be_is_done_with_a_link(method: str, path: str) -> None:
    user = make_user()
    link = sharing.make_link(make_reading_list(owner=user))
    if method != "DELETE":
        sharing.revoke_link(link)
    answer = make_program(user=user).send(method, f"/lists/links/{link.pk}{path}", {})
    assert answer.status_code == 422


@pytest.mark.promise(33)
def test_a_token_that_only_reads_is_not_told_secret_addresses() -> None:
    user = make_user()
    reading_list = make_reading_list(owner=user)
    program = make_program("read", user=user)
    assert program.send("GET", f"/lists/{reading_list.pk}/links").status_code == 403


@pytest.mark.promise(32)
@pytest.mark.parametrize(
    ("method", "path"), [("PUT", ""), ("DELETE", ""), ("POST", "/rotate"), ("POST", "/revoke")]
)
def test_anothers_link_reads_as_one_that_is_not_there(method: str, path: str) -> None:
    link, program = sharing.make_link(make_reading_list()), make_program()
    foreign = program.send(method, f"/lists/links/{link.pk}{path}", {})
    absent = program.send(method, f"/lists/links/{link.pk + 1000}{path}", {})
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
