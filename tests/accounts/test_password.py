import pytest
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import User
from tests.accounts.entering import enter, make_user_without_password
from tests.accounts.mails import find_link
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NEW = {"password1": "another long passphrase", "password2": "another long passphrase"}


def open_reset(client: Client, reader: User, mails: list[EmailMessage]) -> str:
    client.post("/accounts/password/reset/", {"email": reader.email})
    return str(client.get(find_link(mails[-1])).headers["Location"])


def test_a_link_by_mail_sets_a_new_password(client: Client, mailoutbox: list[EmailMessage]) -> None:
    reader = make_user()
    client.post(open_reset(client, reader, mailoutbox), NEW)
    reader.refresh_from_db()
    assert reader.check_password(NEW["password1"])


def test_the_reader_is_told_that_the_password_changed(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    client.post(open_reset(client, make_user(), mailoutbox), NEW)
    assert "was changed" in mailoutbox[-1].subject


def test_opening_the_link_changes_no_password(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    reader = make_user()
    client.get(open_reset(client, reader, mailoutbox))
    reader.refresh_from_db()
    assert reader.check_password("a long passphrase")


def test_a_link_works_once(client: Client, mailoutbox: list[EmailMessage]) -> None:
    client.post(open_reset(client, make_user(), mailoutbox), NEW)
    page = client.get(find_link(mailoutbox[0])).content.decode()
    assert "This link does not work" in page


def test_passwords_that_differ_are_said(client: Client, mailoutbox: list[EmailMessage]) -> None:
    reader = make_user()
    address = open_reset(client, reader, mailoutbox)
    response = client.post(address, {**NEW, "password2": "a third long passphrase"})
    assert "same password" in response.content.decode()
    reader.refresh_from_db()
    assert reader.check_password("a long passphrase")


def test_a_new_password_ends_other_sessions(client: Client) -> None:
    reader = make_user()
    client.force_login(reader)
    reader.set_password("another long passphrase")
    reader.save()
    assert client.get("/settings/").status_code == 302


def test_a_reader_without_password_can_set_one(client: Client) -> None:
    reader = make_user_without_password()
    enter(client, reader, method="code")
    client.post("/accounts/password/set/", NEW)
    reader.refresh_from_db()
    assert reader.check_password(NEW["password1"])
