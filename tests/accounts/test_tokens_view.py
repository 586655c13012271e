import re

import pytest
from django.test import Client

from accounts.models import ApiToken
from accounts.tokens import make_token
from tests.accounts.entering import PASSPHRASE, enter
from tests.api_client import Program
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SENT = {"name": "my laptop", "scopes": ["read", "vote"], "lifetime": "365"}


def text_in(page: str) -> str:
    found = re.search(r'value="(bsh_[\w-]{43})"', page)
    assert found
    return found[1]


def test_a_token_is_made_and_shown_this_once(client: Client) -> None:
    enter(client, make_user())
    response = client.post("/settings/tokens/", SENT)
    assert response.status_code == 201
    assert "no-store" in response["Cache-Control"]
    text = text_in(response.content.decode())
    assert Program(text).ask("/me")["token"]["name"] == "my laptop"
    assert text not in client.get("/settings/tokens/").content.decode()


def test_making_one_asks_who_it_is_and_keeps_what_was_typed(client: Client) -> None:
    client.force_login(make_user())
    asked = client.post("/settings/tokens/", SENT)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert not ApiToken.objects.exists()
    proof = {"password": PASSPHRASE, "next": "/settings/tokens/"}
    assert client.post("/accounts/reauthenticate/", proof).status_code == 201
    assert ApiToken.objects.get().name == "my laptop"


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "\u200b"}, {"scopes": []}, {"scopes": ["all"]}, {"lifetime": "9"}],
)
def test_a_token_without_name_scope_or_end_is_not_made(
    client: Client, wrong: dict[str, object]
) -> None:
    enter(client, make_user())
    assert client.post("/settings/tokens/", SENT | wrong).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_form_that_is_sent_again_makes_no_second_token(client: Client) -> None:
    enter(client, make_user())
    first = client.post("/settings/tokens/", SENT)
    again = client.post("/settings/tokens/", SENT)
    assert (first.status_code, again.status_code) == (201, 422)
    assert "You have a token of this name" in again.content.decode()
    assert ApiToken.objects.count() == 1


def test_a_revoked_token_opens_nothing_at_the_next_request(client: Client) -> None:
    user = make_user()
    made, text = make_token(user, "a script", ["read"])
    client.force_login(user)
    assert client.post(f"/settings/tokens/{made.pk}/revoke/").status_code == 302
    assert Program(text).send("GET", "/me").status_code == 401


@pytest.mark.promise(32)
def test_anothers_token_is_not_found(client: Client) -> None:
    made, text = make_token(make_user(), "a script", ["read"])
    client.force_login(make_user())
    assert client.post(f"/settings/tokens/{made.pk}/revoke/").status_code == 404
    assert "a script" not in client.get("/settings/tokens/").content.decode()
    assert Program(text).send("GET", "/me").status_code == 200


def test_visitors_are_sent_to_log_in(client: Client) -> None:
    made, _text = make_token(make_user(), "a script", ["read"])
    assert client.get("/settings/tokens/").status_code == 302
    assert client.post(f"/settings/tokens/{made.pk}/revoke/").status_code == 302
    assert ApiToken.objects.get().revoked_at is None


@pytest.mark.promise(29)
def test_making_and_revoking_need_the_form_s_own_token() -> None:
    user = make_user()
    made, _text = make_token(user, "a script", ["read"])
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post("/settings/tokens/", SENT).status_code == 403
    assert client.post(f"/settings/tokens/{made.pk}/revoke/").status_code == 403


def test_revoking_by_get_is_refused(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/settings/tokens/1/revoke/").status_code == 405
