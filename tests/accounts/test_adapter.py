from smtplib import SMTPServerDisconnected

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.accounts.entering import PASSPHRASE
from tests.accounts.mails import find_link
from tests.factories import make_user

pytestmark = pytest.mark.django_db
UNSENDABLE = "a@" + "ä" * 63 + ".org"


def ask_for_code(client: Client) -> int:
    return client.post("/accounts/login/code/", {"email": make_user().email}).status_code


def test_account_mail_is_no_list_mail(client: Client, mailoutbox: list[EmailMessage]) -> None:
    ask_for_code(client)
    headers = dict(mailoutbox[0].message().items())
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Message-ID"].endswith("@localhost>")
    assert not [name for name in headers if name.lower().startswith("list-")]


def test_account_mail_is_written_in_the_name_of_the_site(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    ask_for_code(client)
    assert mailoutbox[0].subject == "Your code for Broadsheet"
    assert str(mailoutbox[0].body).endswith("Broadsheet:\nhttp://localhost:8000")


def test_addresses_are_not_escaped_as_html(client: Client, mailoutbox: list[EmailMessage]) -> None:
    client.post("/accounts/password/reset/", {"email": "o'hara@example.org"})
    assert "o'hara@example.org" in str(mailoutbox[0].body)
    assert find_link(mailoutbox[0]) == "/accounts/signup/"


@pytest.mark.parametrize("host", ["alias.example", "localhost:9999"])
@pytest.mark.parametrize(
    ("path", "field", "kind", "page"),
    [
        ("password/reset/", "email", "known", "/accounts/password/reset/key/"),
        ("password/reset/", "email", "unknown", "/accounts/signup/"),
        ("login/code/", "email", "unknown", "/accounts/signup/"),
        ("signup/", "email", "known", "/accounts/password/reset/"),
        ("signup/", "email", "unknown", "/accounts/confirm-email/"),
        ("login/", "login", "unconfirmed", "/accounts/confirm-email/"),
    ],
)
def test_links_lead_to_the_site_whatever_host_they_were_asked_for_at(
    client: Client,
    mailoutbox: list[EmailMessage],
    settings: Settings,
    host: str,
    path: str,
    field: str,
    kind: str,
    page: str,
) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "alias.example"]
    user = make_user()
    EmailAddress.objects.filter(user=user).update(verified=kind != "unconfirmed")
    form = {
        field: "nobody@example.org" if kind == "unknown" else user.email,
        "password": PASSPHRASE,
        "password1": PASSPHRASE,
    }
    client.post(f"/accounts/{path}", form, headers={"Host": host})
    body = str(mailoutbox[0].body)
    assert f"\nhttp://localhost:8000{page}" in body
    assert host not in body


@pytest.mark.parametrize("path", ["signup/", "password/reset/"])
def test_an_address_that_no_header_can_hold_is_refused_in_words(
    client: Client, mailoutbox: list[EmailMessage], path: str
) -> None:
    form = {"email": UNSENDABLE, "password1": "a long passphrase"}
    response = client.post(f"/accounts/{path}", form)
    assert "No mail can be sent to this address" in response.content.decode()
    assert not User.objects.exists()


def test_a_code_asked_for_by_such_an_address_is_answered_as_by_any_other(client: Client) -> None:
    unknown = client.post("/accounts/login/code/", {"email": "nobody@example.org"})
    answer = Client().post("/accounts/login/code/", {"email": UNSENDABLE})
    assert answer.headers["Location"] == unknown.headers["Location"]


def test_a_mail_server_that_is_away_is_said_in_words(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_message: EmailMessage) -> int:
        raise SMTPServerDisconnected

    monkeypatch.setattr(EmailMessage, "send", fail)
    assert ask_for_code(client) == 503


def test_a_superuser_made_by_hand_finds_the_way_in(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    User.objects.create_superuser("Boss@Example.org", "a long passphrase")
    client.post("/accounts/login/", {"login": "boss@example.org", "password": "a long passphrase"})
    assert mailoutbox == []
    assert client.get("/admin/").status_code == 200
