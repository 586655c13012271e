"""Allauth's pages in our frame: they open, and nothing in them breaks the content policy."""

import re

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from tests.accounts.entering import enter, make_user_without_password
from tests.factories import make_user

pytestmark = pytest.mark.django_db

VISITOR = [
    "login/",
    "signup/",
    "login/code/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/1-broken/",
    "password/reset/key/done/",
    "confirm-email/",
    "confirm-email/broken/",
    "inactive/",
]
READER = ["email/", "password/change/", "logout/", "reauthenticate/"]
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", re.IGNORECASE)


def check_page(client: Client, path: str) -> None:
    response = client.get(f"/accounts/{path}")
    page = response.content.decode()
    assert response.status_code == 200
    assert re.search(r"<title>\s*\S.*\S\s*</title>", page, re.DOTALL)
    assert page.count("<h1") == 1
    assert 'class="nameplate"' in page
    assert not INLINE.search(page)


@pytest.mark.parametrize("path", VISITOR)
def test_pages_of_a_visitor(client: Client, path: str) -> None:
    check_page(client, path)


@pytest.mark.parametrize("path", READER)
def test_pages_of_a_reader(client: Client, path: str) -> None:
    client.force_login(make_user())
    check_page(client, path)


def test_page_to_set_a_first_password(client: Client) -> None:
    enter(client, make_user_without_password(), method="code")
    check_page(client, "password/set/")


def test_the_one_button_of_a_page_is_its_main_one(client: Client) -> None:
    client.force_login(make_user())
    assert 'class="button primary"' in client.get("/accounts/password/change/").content.decode()


def test_page_for_the_code(client: Client) -> None:
    client.post("/accounts/login/code/", {"email": make_user().email})
    check_page(client, "login/code/confirm/")


def test_an_address_is_added_after_the_password_is_asked_again(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    client.force_login(make_user())
    client.post("/accounts/email/", {"email": "second@example.org", "action_add": ""})
    assert not mailoutbox
    client.post("/accounts/reauthenticate/", {"password": "a long passphrase"}, follow=True)
    client.post("/accounts/email/", {"email": "second@example.org", "action_add": ""})
    assert mailoutbox[-1].to == ["second@example.org"]
    assert "second@example.org" in client.get("/accounts/email/").content.decode()


def test_too_many_tries_are_said_in_words(client: Client) -> None:
    client.get("/accounts/login/")
    for _ in range(31):
        response = client.post("/accounts/login/", {"login": "x", "password": "y"})
    assert response.status_code == 429
    assert "Too many tries" in response.content.decode()
