"""/settings/export/ and the ZIP file under it."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client

from accounts.archive import places
from accounts.limits import Limit
from papers.limits import CacheAwayError
from tests.accounts.entering import enter
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PAGE = "/settings/export/"
FILE = "/settings/export/broadsheet.zip"


def test_page_leads_to_the_file(client: Client) -> None:
    client.force_login(make_user())
    assert f'href="{FILE}"' in client.get(PAGE).content.decode()


@pytest.mark.parametrize("address", [PAGE, FILE])
def test_signed_out_visitor_is_sent_to_the_login(client: Client, address: str) -> None:
    assert client.get(address)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("address", [PAGE, FILE])
def test_posting_is_refused(client: Client, address: str) -> None:
    client.force_login(make_user())
    assert client.post(address).status_code == 405


def test_the_file_is_of_whoever_asks(client: Client) -> None:
    make_user(email="another@example.org")
    enter(client, make_user(email="asks@example.org"))
    body = b"".join(client.get(FILE).streaming_content)  # type: ignore[attr-defined]
    text = ZipFile(BytesIO(body)).read("broadsheet.json").decode()
    assert "asks@example.org" in text
    assert "another@example.org" not in text


def test_the_file_is_for_those_only_who_prove_who_they_are(client: Client) -> None:
    client.force_login(make_user())
    response = client.get(FILE)
    assert response["Location"].startswith("/accounts/reauthenticate/?next=")
    passphrase = {"password": "a long passphrase", "next": FILE}
    assert client.post("/accounts/reauthenticate/", passphrase)["Location"] == FILE
    assert client.get(FILE).status_code == 200


def test_downloads_without_end_are_refused_in_words(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "DOWNLOADS", Limit("test-downloads", 2, 3600))
    enter(client, make_user())
    answers = [client.get(FILE) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "You downloaded 2 archives within an hour" in answers[2].content.decode()
    assert "attachment" not in answers[2].headers.get("Content-Disposition", "")
    other = Client()
    enter(other, make_user())
    assert other.get(FILE).status_code == 200


def test_when_nobody_can_count_it_is_said_in_words(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> bool:
        raise CacheAwayError

    enter(client, make_user())
    monkeypatch.setattr("accounts.archive.places.take", fail)
    response = client.get(FILE)
    assert response.status_code == 429
    assert "try again in a minute" in response.content.decode()
