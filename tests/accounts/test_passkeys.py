"""Passkeys: alone, as second step, as proof; and answers that are of another."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import User
from tests.accounts.entering import PASSPHRASE, enter
from tests.accounts.passkeys import SoftKey, give_passkey
from tests.factories import make_user

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/2fa/webauthn/login/"
ADD = "/accounts/2fa/webauthn/add/"
SECOND = "/accounts/2fa/authenticate/"


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def login_options(client: Client) -> dict[str, Any]:
    options: dict[str, Any] = client.get(LOGIN, headers={"Accept": "application/json"}).json()
    return dict(options["request_options"])


def log_in(client: Client, user: User, key: SoftKey, **more: str) -> Any:
    answer = key.get(login_options(client), user)
    return client.post(LOGIN, {"credential": json.dumps(answer), **more})


def test_a_passkey_opens_the_account_alone(client: Client) -> None:
    user, key = make_user(), SoftKey()
    give_passkey(user, key)
    assert log_in(client, user, key, next="/lists/")["Location"] == "/lists/"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_an_answer_opens_once(client: Client) -> None:
    user, key = make_user(), SoftKey()
    give_passkey(user, key)
    sent = {"credential": json.dumps(key.get(login_options(client), user))}
    client.post(LOGIN, sent)
    again = Client()
    login_options(again)
    again.post(LOGIN, sent)
    assert [is_in(client), is_in(again)] == [True, False]


@pytest.mark.parametrize("odd", ["another key", "another reader", "another site"])
def test_an_answer_of_another_opens_nothing(client: Client, odd: str) -> None:
    user, key, other = make_user(), SoftKey(), make_user()
    give_passkey(user, key)
    if odd == "another key":
        wrong = SoftKey()
        wrong.id = key.id
        log_in(client, user, wrong)
    elif odd == "another reader":
        log_in(client, other, key)
    else:
        key.host = "evil.example"
        log_in(client, user, key)
    assert not is_in(client)


def test_a_passkey_is_added_told_by_mail_and_comes_with_codes(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    user, key = make_user(), SoftKey()
    enter(client, user)
    context = client.get(ADD).context
    answer = key.create(context["js_data"]["creation_options"])
    sent = {"credential": json.dumps(answer, default=str), "name": "My phone", "passwordless": "on"}
    response = client.post(ADD, sent)
    assert response["Location"] == "/accounts/2fa/recovery-codes/"
    assert str(Authenticator.objects.get(type="webauthn")) == "My phone"
    assert "passkey was added" in mailoutbox[-1].subject
    assert is_in(client)
    elsewhere = Client()
    log_in(elsewhere, user, key)
    assert is_in(elsewhere)


def test_it_is_the_second_step_after_a_password(client: Client) -> None:
    user, key = make_user(), SoftKey()
    give_passkey(user, key)
    client.post("/accounts/login/", {"login": user.email, "password": PASSPHRASE})
    assert not is_in(client)
    page = client.get(SECOND)
    assert "Use the passkey" in page.content.decode()
    answer = key.get(page.context["js_data"]["request_options"], user)
    client.post(SECOND, {"credential": json.dumps(answer)})
    assert is_in(client)


def test_it_proves_who_one_is(client: Client) -> None:
    user, key = make_user(), SoftKey()
    give_passkey(user, key)
    client.force_login(user)
    where = "/accounts/2fa/webauthn/reauthenticate/?next=/settings/delete/"
    answer = key.get(client.get(where).context["js_data"]["request_options"], user)
    sent = {"credential": json.dumps(answer), "next": "/settings/delete/"}
    assert client.post(where, sent)["Location"] == "/settings/delete/"
    assert client.get("/settings/delete/").status_code == 200


def test_it_is_renamed_and_removed(client: Client, mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    row = give_passkey(user)
    enter(client, user)
    client.post(f"/accounts/2fa/webauthn/keys/{row.pk}/edit/", {"name": "Old phone"})
    assert "Old phone" in client.get("/accounts/2fa/webauthn/").content.decode()
    too_long = client.post(f"/accounts/2fa/webauthn/keys/{row.pk}/edit/", {"name": "a" * 81})
    assert too_long.status_code == 200
    client.post(f"/accounts/2fa/webauthn/keys/{row.pk}/remove/")
    assert not Authenticator.objects.exists()
    assert "was removed" in mailoutbox[-1].subject


@pytest.mark.promise(32)
@pytest.mark.parametrize("what", ["edit", "remove"])
def test_anothers_passkey_is_not_found(client: Client, what: str) -> None:
    row = give_passkey(make_user())
    enter(client, make_user())
    answer = client.post(f"/accounts/2fa/webauthn/keys/{row.pk}/{what}/", {"name": "Mine"})
    assert answer.status_code == 404
    assert str(Authenticator.objects.get()) == "A key"
