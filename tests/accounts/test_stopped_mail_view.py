from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from accounts.bounces import suppression
from accounts.bounces.suppression import Why
from accounts.models import Suppression, User
from tests.accounts.mails import find_code
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
URL = "/settings/try-mail-again/"
WORDS = "Mail to x was refused three times (the server said: <b>550</b>). The digest is stopped."


def stopped_reader(why: Why = Why.BOUNCES) -> User:
    user = make_user(digest_enabled=True)
    suppression.stop(user, why, WORDS, now=NOW)
    user.refresh_from_db()
    return user


def log_in(client: Client, user: User) -> Any:
    fields = {"login": user.email, "password": "a long passphrase"}
    return client.post("/accounts/login/", fields, follow=True)


@pytest.mark.promise(6)
def test_the_settings_page_says_it_and_offers_another_try(client: Client) -> None:
    client.force_login(stopped_reader())
    page = client.get("/settings/").content.decode()
    assert "(the server said: &lt;b&gt;550&lt;/b&gt;). The digest is stopped." in page
    assert f'action="{URL}"' in page


def test_the_settings_page_of_others_says_nothing(client: Client) -> None:
    client.force_login(make_user(digest_enabled=True))
    assert URL not in client.get("/settings/").content.decode()


@pytest.mark.promise(6)
def test_each_login_says_it_once(client: Client) -> None:
    user = stopped_reader()
    first = log_in(client, user).content.decode()
    assert "The digest is stopped. You can try again under Settings." in first
    assert "The digest is stopped" not in client.get("/new/").content.decode()
    client.post("/accounts/logout/")
    assert "The digest is stopped" in log_in(client, user).content.decode()


def test_a_login_by_code_says_it_too(client: Client, mailoutbox: list[EmailMessage]) -> None:
    user = stopped_reader()
    client.post("/accounts/login/code/", {"email": user.email})
    code = {"code": find_code(mailoutbox[-1])}
    page = client.post("/accounts/login/code/confirm/", code, follow=True).content.decode()
    assert "The digest is stopped" in page


def test_other_logins_say_nothing(client: Client) -> None:
    assert "stopped" not in log_in(client, make_user()).content.decode()


@pytest.mark.parametrize("why", [Why.BOUNCES, Why.COMPLAINT])
def test_the_button_lets_the_digest_go_on(client: Client, why: Why) -> None:
    user = stopped_reader(why)
    client.force_login(user)
    response = client.post(URL, follow=True)
    assert response.redirect_chain == [("/settings/", 302)]
    assert f"Mail to {user.email} is tried again." in response.content.decode()
    user.refresh_from_db()
    assert user.mail_stopped_at is None
    assert user.next_due_at is not None
    assert not Suppression.objects.exists()


def test_the_button_does_nothing_against_an_operator(client: Client) -> None:
    user = stopped_reader(Why.OPERATOR)
    client.force_login(user)
    page = client.post(URL, follow=True).content.decode()
    assert "Only whoever runs this site" in page
    user.refresh_from_db()
    assert user.mail_stopped_at is not None
    assert Suppression.objects.exists()


def test_the_button_of_a_reader_who_is_not_stopped_changes_nothing(client: Client) -> None:
    user = make_user(digest_enabled=True, next_due_at=NOW)
    client.force_login(user)
    client.post(URL)
    user.refresh_from_db()
    assert user.next_due_at == NOW


def test_each_reader_lifts_only_their_own(client: Client) -> None:
    other = stopped_reader()
    client.force_login(stopped_reader())
    client.post(URL)
    other.refresh_from_db()
    assert other.mail_stopped_at is not None


def test_a_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.post(URL).headers["Location"] == f"{reverse('account_login')}?next=/settings/"


def test_opening_the_address_changes_nothing(client: Client) -> None:
    user = stopped_reader()
    client.force_login(user)
    assert client.get(URL).status_code == 405
    user.refresh_from_db()
    assert user.mail_stopped_at is not None


@pytest.mark.promise(29)
def test_a_form_of_another_site_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(stopped_reader())
    assert client.post(URL).status_code == 403


def test_another_address_ends_the_stop(client: Client) -> None:
    user = stopped_reader()
    EmailAddress.objects.create(user=user, email="new@example.org", verified=True)
    log_in(client, user)
    client.post("/accounts/reauthenticate/", {"password": "a long passphrase"})
    client.post("/accounts/email/", {"action_primary": "", "email": "new@example.org"})
    user.refresh_from_db()
    assert user.email == "new@example.org"
    assert user.mail_stopped_at is None
    assert user.next_due_at is not None
    assert Suppression.objects.count() == 1  # the old address is as dead as before
