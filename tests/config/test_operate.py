from unittest.mock import patch

import pytest
from django.conf import settings as site
from django.core import mail as outbox
from django.test import Client
from pytest_django import Settings

from config.operate.settings_in_force import GROUPS, in_force
from tests.factories import make_user

pytestmark = pytest.mark.django_db

SECRETS = ("SECRET_KEY", "LINK_KEY", "ADDRESS_KEY")


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(make_user(email="operator@example.org", is_staff=True))
    return client


def test_it_says_how_the_site_does_and_leads_on(operator: Client) -> None:
    page = operator.get("/operate/").content.decode()
    for words in ("No task was ever done.", "volatile-ttl", "/sources/", "/operate/digest/"):
        assert words in page


def test_it_hides_every_secret(operator: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://user:hunter2@127.0.0.1:1/0"
    settings.BOUNCE_IMAP_URL = "imaps://user:hunter2@imap.example.org/INBOX"
    settings.GITHUB_TOKEN = settings.SEMANTIC_SCHOLAR_KEY = settings.METRICS_TOKEN = "hunter2"
    page = operator.get("/operate/").content.decode()
    assert "hunter2" not in page
    assert not any(getattr(site, name) in page for name in SECRETS)
    assert "imaps://imap.example.org/INBOX" in page


def test_every_setting_that_is_shown_exists() -> None:
    assert sum(len(rows) for _group, rows in in_force()) == sum(len(names) for _, names in GROUPS)


@pytest.mark.parametrize("path", ["/operate/", "/operate/test-mail/"])
def test_to_all_others_there_is_no_such_page(path: str) -> None:
    reader = Client()
    reader.force_login(make_user())
    for client in (Client(), reader):
        answer = client.post(path) if "mail" in path else client.get(path)
        assert answer.status_code == 404
    assert outbox.outbox == []


def test_a_test_mail_goes_to_the_administrator_alone(operator: Client) -> None:
    answer = operator.post("/operate/test-mail/", {"to": "other@example.org"}, follow=True)
    assert [mail.to for mail in outbox.outbox] == [["operator@example.org"]]
    assert "was handed over" in answer.content.decode()


def test_a_mail_that_is_refused_is_said_in_words(operator: Client) -> None:
    with patch("config.doctor.mail.EmailMessage.send", side_effect=TimeoutError):
        answer = operator.post("/operate/test-mail/", follow=True)
    assert "It does not answer in time." in answer.content.decode()


def test_looking_sends_nothing(operator: Client) -> None:
    assert operator.get("/operate/test-mail/").status_code == 405
    assert outbox.outbox == []


def test_it_is_there_while_redis_is_away(operator: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert "It does not answer" in operator.get("/operate/").content.decode()
