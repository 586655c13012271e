"""Readers without a password prove who they are by a mailed code, before anything that stays."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from accounts import proof
from tests.accounts.entering import enter, make_user_without_password
from tests.accounts.mails import find_code
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ASK, SEND = "/settings/prove/", "/settings/prove/code/"
NEW = {"password1": "another long passphrase", "password2": "another long passphrase"}


def test_a_code_goes_on_to_what_was_asked_for(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    client.force_login(make_user_without_password())
    where = client.get("/settings/delete/")["Location"]
    assert where == f"{ASK}?next=%2Fsettings%2Fdelete%2F"
    assert "we mail a code" in client.get(where).content.decode()
    where = client.post(SEND, {"next": "/settings/delete/"})["Location"]
    assert "We mailed a code" in client.get(where).content.decode()
    sent = {"code": find_code(mailoutbox[-1]), "next": "/settings/delete/"}
    assert client.post(ASK, sent)["Location"] == "/settings/delete/"
    assert client.get("/settings/delete/").status_code == 200


def test_opening_the_page_mails_nothing(client: Client, mailoutbox: list[EmailMessage]) -> None:
    client.force_login(make_user_without_password())
    client.get(ASK)
    assert client.get(SEND).status_code == 405
    assert mailoutbox == []


def test_a_wrong_code_is_said_and_five_are_all(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    client.force_login(make_user_without_password())
    client.post(SEND)
    for number in range(5):
        page = client.post(ASK, {"code": f"x{number}"}).content.decode()
        assert "not the code" in page
    page = client.post(ASK, {"code": find_code(mailoutbox[0])}).content.decode()
    assert "No code is valid any more" in page
    assert client.get("/settings/delete/").status_code == 302


def test_codes_are_not_mailed_without_end(client: Client, mailoutbox: list[EmailMessage]) -> None:
    client.force_login(make_user_without_password())
    pages = [client.post(SEND, follow=True).content.decode() for _ in range(6)]
    assert ["Several codes" in page for page in pages] == [False] * 5 + [True]
    assert len(mailoutbox) == 5


def test_a_proof_is_good_for_five_minutes(client: Client) -> None:
    enter(client, make_user_without_password(), method=proof.METHOD)
    assert client.get("/settings/delete/").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert client.get("/settings/delete/").status_code == 302


def test_logging_in_by_a_code_is_a_proof(client: Client, mailoutbox: list[EmailMessage]) -> None:
    user = make_user_without_password()
    client.post("/accounts/login/code/", {"email": user.email})
    client.post("/accounts/login/code/confirm/", {"code": find_code(mailoutbox[-1])})
    assert client.get("/settings/delete/").status_code == 200


def test_a_password_is_not_set_by_whoever_sits_at_the_computer(client: Client) -> None:
    user = make_user_without_password()
    client.force_login(user)
    assert client.post("/accounts/password/set/", NEW)["Location"].startswith(ASK)
    user.refresh_from_db()
    assert not user.has_usable_password()
    # What was posted is not kept for later: it is a password.
    assert NEW["password1"] not in repr(dict(client.session))


@pytest.mark.parametrize("action", ["action_add", "action_primary", "action_remove"])
@pytest.mark.parametrize("has_password", [True, False])
def test_addresses_are_changed_by_those_only_who_prove_who_they_are(
    client: Client, mailoutbox: list[EmailMessage], action: str, has_password: bool
) -> None:
    user = make_user() if has_password else make_user_without_password()
    second = EmailAddress.objects.create(user=user, email="second@example.org", verified=True)
    client.force_login(user)
    email = "third@example.org" if action == "action_add" else second.email
    response = client.post("/accounts/email/", {action: "", "email": email})
    asked = "/accounts/reauthenticate/" if has_password else ASK
    assert response["Location"].startswith(asked)
    assert set(EmailAddress.objects.values_list("email", "primary")) == {
        (user.email, True),
        (second.email, False),
    }
    assert mailoutbox == []


def test_who_has_a_password_is_asked_for_that(client: Client) -> None:
    client.force_login(make_user())
    assert client.get(ASK)["Location"].startswith("/accounts/reauthenticate/")
    client.post(SEND)


def test_visitors_are_sent_to_log_in(client: Client) -> None:
    assert client.get(ASK)["Location"].startswith("/accounts/login/")
    assert client.post(SEND)["Location"].startswith("/accounts/login/")


@pytest.mark.promise(31)
def test_the_way_on_never_leaves_the_site(client: Client, mailoutbox: list[EmailMessage]) -> None:
    client.force_login(make_user_without_password())
    assert "evil" not in client.post(SEND, {"next": "//evil.example"})["Location"]
    sent = {"code": find_code(mailoutbox[-1]), "next": "//evil.example"}
    assert client.post(ASK, sent)["Location"] == "/"
