from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import User
from tests.accounts.mails import find_code, find_link
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSPHRASE = "a long passphrase"  # what make_user gives
CODE_URL = "/accounts/login/code/"
CONFIRM_URL = "/accounts/login/code/confirm/"


def log_in(client: Client, email: str, password: str = PASSPHRASE, **more: str) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def log_in_by_code(client: Client, email: str, mails: list[EmailMessage]) -> Any:
    client.post(CODE_URL, {"email": email})
    return client.post(CONFIRM_URL, {"code": find_code(mails[-1])})


def test_the_password_lets_in(client: Client) -> None:
    reader = make_user()
    assert log_in(client, reader.email.upper()).url == "/"
    assert client.session["_auth_user_id"] == str(reader.pk)


def test_a_wrong_password_does_not(client: Client) -> None:
    response = log_in(client, make_user().email, "another passphrase")
    assert "not correct" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_new_session_begins_at_login(client: Client) -> None:
    session = client.session
    session["known to a stranger"] = True
    session.save()
    before = session.session_key
    log_in(client, make_user().email)
    assert client.session.session_key != before


def test_the_password_of_an_unconfirmed_address_sends_a_link_again(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    User.objects.create_user("new@example.org", "a long passphrase")
    assert log_in(client, "new@example.org").url == "/accounts/confirm-email/"
    assert "/accounts/confirm-email/" in find_link(mailoutbox[0])
    assert "_auth_user_id" not in client.session


def test_a_code_lets_a_reader_without_password_in(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    reader = make_user()
    reader.set_unusable_password()
    reader.save()
    log_in_by_code(client, reader.email, mailoutbox)
    assert client.session["_auth_user_id"] == str(reader.pk)


def test_a_wrong_code_does_not(client: Client) -> None:
    client.post(CODE_URL, {"email": make_user().email})
    client.post(CONFIRM_URL, {"code": "WRONG-CODE"})
    assert "_auth_user_id" not in client.session


def test_a_code_takes_the_password_of_a_sign_up_that_was_never_confirmed(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    stranger = User.objects.create_user("owner@example.org", "a stranger's passphrase")
    EmailAddress.objects.create(user=stranger, email=stranger.email, primary=True)
    log_in_by_code(client, "owner@example.org", mailoutbox)
    assert not User.objects.get().has_usable_password()
    assert EmailAddress.objects.get().verified
    assert "no longer works" in client.get("/settings/").content.decode()


def test_a_code_leaves_the_password_of_a_confirmed_reader(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    reader = make_user()
    log_in_by_code(client, reader.email, mailoutbox)
    reader.refresh_from_db()
    assert reader.check_password("a long passphrase")


def test_a_code_to_a_second_address_leaves_the_password(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    reader = make_user()
    EmailAddress.objects.create(user=reader, email="second@example.org")
    log_in_by_code(client, "second@example.org", mailoutbox)
    reader.refresh_from_db()
    assert EmailAddress.objects.get(email="second@example.org").verified
    assert reader.check_password(PASSPHRASE)


def test_a_code_leaves_the_password_of_staff_made_by_hand(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    editor = User.objects.create_user("editor@example.org", PASSPHRASE, is_staff=True)
    EmailAddress.objects.create(user=editor, email=editor.email, primary=True)
    log_in_by_code(client, editor.email, mailoutbox)
    editor.refresh_from_db()
    assert EmailAddress.objects.get().verified
    assert editor.check_password(PASSPHRASE)


def test_many_wrong_passwords_are_slowed_down(client: Client) -> None:
    reader = make_user()
    for _ in range(5):
        log_in(client, reader.email, "another passphrase")
    assert "Too many" in log_in(client, reader.email).content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.promise(31)
@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_next_never_leaves_the_site(client: Client, target: str) -> None:
    assert log_in(client, make_user().email, next=target).url == "/"


def test_next_leads_on_inside_the_site(client: Client) -> None:
    assert log_in(client, make_user().email, next="/settings/").url == "/settings/"


def test_logging_out_needs_the_button(client: Client) -> None:
    client.force_login(make_user())
    client.get("/accounts/logout/")
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_another_host_or_port_is_no_further_try(client: Client) -> None:
    reader = make_user()
    wrong = {"login": reader.email, "password": "another passphrase"}
    for port in range(1, 6):
        client.post("/accounts/login/", wrong, headers={"Host": f"localhost:{port}"})
    right = {"login": reader.email, "password": PASSPHRASE}
    page = client.post("/accounts/login/", right, headers={"Host": "localhost:6"})
    assert "Too many" in page.content.decode()
