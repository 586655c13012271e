from typing import Any

import pytest
from allauth.account.forms import SignupForm
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.test import Client

from accounts.models import User
from tests.accounts.mails import find_link
from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/accounts/signup/"
EMAIL = "new@example.org"


def sign_up(client: Client, **changed: str) -> Any:
    fields = {
        "email": EMAIL,
        "password1": "a long passphrase",
        "digest": "on",
        "timezone": "Europe/Berlin",
    }
    return client.post(URL, {**fields, **changed})


def test_it_sends_a_link_and_lets_nobody_in_yet(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    assert sign_up(client).url == "/accounts/confirm-email/"
    assert mailoutbox[0].to == [EMAIL]
    assert "Broadsheet" in mailoutbox[0].subject
    assert "_auth_user_id" not in client.session


def test_the_wish_is_noted_and_nothing_is_due_before_the_address_is_confirmed(
    client: Client,
) -> None:
    sign_up(client)
    reader = User.objects.get()
    assert (reader.digest_enabled, reader.timezone) == (True, "Europe/Berlin")
    assert reader.next_due_at is None


@pytest.mark.promise(30)
def test_opening_the_link_asks_and_changes_nothing(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    sign_up(client)
    page = client.get(find_link(mailoutbox[0])).content.decode()
    assert "Yes, confirm it" in page
    assert not EmailAddress.objects.get().verified


def test_pressing_the_button_confirms_logs_in_and_makes_an_issue_due(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    sign_up(client)
    client.post(find_link(mailoutbox[0]))
    reader = User.objects.get()
    assert EmailAddress.objects.get().verified
    assert client.session["_auth_user_id"] == str(reader.pk)
    assert reader.next_due_at is not None


def test_in_another_browser_the_link_logs_nobody_in(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    sign_up(client)
    other = Client()
    assert (
        other.post(find_link(mailoutbox[0])).headers["Location"]
        == "/accounts/login/?next=/welcome/"
    )
    assert "_auth_user_id" not in other.session


def test_opening_the_link_of_another_leaves_a_reader_logged_in(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    sign_up(client)
    other = Client()
    other.force_login(make_user())
    other.get(find_link(mailoutbox[0]))
    assert "_auth_user_id" in other.session


def test_without_the_box_ticked_no_digest_is_due(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    sign_up(client, digest="")
    client.post(find_link(mailoutbox[0]))
    reader = User.objects.get()
    assert (reader.digest_enabled, reader.next_due_at) == (False, None)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "nobody", "valid email address"),
        ("email", f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}.org", "too long"),
        ("password1", "short", "too short"),
        ("password1", "password1234", "too common"),
    ],
)
def test_bad_input_is_said_and_makes_no_reader(
    client: Client, field: str, value: str, words: str
) -> None:
    page = sign_up(client, **{field: value}).content.decode()
    assert words in page
    assert 'value="Europe/Berlin"' in page
    assert not User.objects.exists()


def test_an_unknown_zone_is_no_error(client: Client) -> None:
    sign_up(client, timezone="Mars/Base")
    assert User.objects.get().timezone == "UTC"


def test_an_address_is_kept_in_small_letters(client: Client) -> None:
    sign_up(client, email="New@Example.ORG")
    assert User.objects.get().email == EMAIL


@pytest.mark.promise(31)
@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_next_never_leaves_the_site(
    client: Client, mailoutbox: list[EmailMessage], target: str
) -> None:
    sign_up(client, next=target)
    assert client.post(find_link(mailoutbox[0])).headers["Location"] == "/welcome/"


@pytest.mark.promise(29)
def test_the_form_needs_its_token() -> None:
    assert sign_up(Client(enforce_csrf_checks=True)).status_code == 403
    assert not User.objects.exists()


def test_an_account_is_written_whole_or_not_at_all(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("allauth.account.forms.setup_user_email", fail)
    client.raise_request_exception = False
    sent = {"email": "new@example.org", "password1": "a long passphrase"}
    assert client.post("/accounts/signup/", sent).status_code == 500
    assert not User.objects.filter(email="new@example.org").exists()


@pytest.mark.promise(34)
def test_who_presses_twice_is_answered_alike(
    monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    """The other request wrote its account after this one had looked for the address."""
    real = SignupForm.try_save

    def after_the_other(form: SignupForm, request: HttpRequest) -> Any:
        if not User.objects.exists():
            make_user(email=EMAIL)
        return real(form, request)

    monkeypatch.setattr(SignupForm, "try_save", after_the_other)
    answer = sign_up(Client())
    assert (answer.status_code, answer.url) == (302, "/accounts/confirm-email/")
    assert User.objects.count() == 1
    assert [mail.to for mail in mailoutbox] == [[EMAIL]]
