"""/settings/import/: a file is taken, or refused in words with nothing kept."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.archive import places, read
from accounts.limits import Limit
from accounts.models import ArchiveUpload, User, WaitingPaper
from tests.accounts.archive.sample import make_rich_reader
from tests.accounts.archive.test_read import BAD_FILES, as_json, with_list, zipped
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PAGE = "/settings/import/"
PREVIEW = "/settings/import/preview/"


def send(client: Client, body: bytes, name: str = "broadsheet.zip") -> object:
    return client.post(PAGE, {"file": SimpleUploadedFile(name, body)})


@pytest.fixture
def reader(client: Client) -> User:
    user = make_user()
    client.force_login(user)
    return user


def test_page_asks_for_a_file(client: Client, reader: User) -> None:
    text = client.get(PAGE).content.decode()
    assert 'type="file"' in text
    assert 'enctype="multipart/form-data"' in text


@pytest.mark.parametrize(
    "body", [as_json(), zipped(("broadsheet.json", as_json())).getvalue()], ids=["json", "zip"]
)
def test_an_archive_is_kept_and_shown(client: Client, reader: User, body: bytes) -> None:
    response = client.post(PAGE, {"file": SimpleUploadedFile("a", body)})
    assert response["Location"] == PREVIEW
    assert ArchiveUpload.objects.get().user == reader


@pytest.mark.parametrize("name", sorted(set(BAD_FILES) - {"empty"}))
def test_a_file_that_is_no_archive_is_refused_in_words(
    client: Client, reader: User, name: str
) -> None:
    response = client.post(PAGE, {"file": SimpleUploadedFile("broadsheet.zip", BAD_FILES[name])})
    assert response.status_code == 422
    assert 'class="errorlist' in response.content.decode()
    assert not ArchiveUpload.objects.exists()


WORDS = {
    "another version": "version 2 of the format; this site reads version 1",
    "bomb": "larger than any archive of ours",
    "cut": "cut or damaged",
    "json of another kind": "no archive of a Broadsheet, or it is cut",
    "not a zip": "no archive of a Broadsheet",
    "zip without it": "There is no broadsheet.json in this ZIP file.",
}


@pytest.mark.parametrize("name", sorted(WORDS))
def test_the_words_say_what_is_wrong(client: Client, reader: User, name: str) -> None:
    response = client.post(PAGE, {"file": SimpleUploadedFile("broadsheet.zip", BAD_FILES[name])})
    assert WORDS[name] in response.content.decode()


def test_a_wrong_field_is_named_by_its_place(client: Client, reader: User) -> None:
    body = as_json(**with_list(items=[{"paper": {}, "note": 7}]))
    response = client.post(PAGE, {"file": SimpleUploadedFile("broadsheet.json", body)})
    assert "lists[1].items[1].note" in response.content.decode()


def test_a_huge_file_is_refused(
    client: Client, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "LARGEST_FILE", 3_000_000)
    body = SimpleUploadedFile("broadsheet.zip", b"PK" + b"x" * 3_000_000)
    response = client.post(PAGE, {"file": body})
    assert response.status_code == 422
    assert "larger than 3 MB" in response.content.decode()
    assert not ArchiveUpload.objects.exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose a file first."),
        ({"file": "a text, no file"}, "Choose a file first."),
        ({"file": BytesIO(b"")}, "This file is empty."),
    ],
)
def test_without_a_file_it_is_said(
    client: Client, reader: User, sent: dict[str, object], words: str
) -> None:
    response = client.post(PAGE, sent)
    assert response.status_code == 422
    assert words in response.content.decode()


def test_an_upload_that_breaks_off_keeps_nothing(client: Client, reader: User) -> None:
    start = (
        b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n'
        b"Content-Type: application/zip\r\n\r\nPK\3\4 and then the line w"
    )
    response = client.generic("POST", PAGE, start, content_type="multipart/form-data; boundary=cut")
    assert response.status_code == 422
    assert not ArchiveUpload.objects.exists()


def test_a_wrong_file_leaves_the_one_before(client: Client, reader: User) -> None:
    send(client, as_json(site="https://first.example.org"))
    send(client, BAD_FILES["bomb"])
    assert "https://first.example.org" in client.get(PREVIEW).content.decode()


def test_another_file_takes_the_place_of_the_one_before(client: Client, reader: User) -> None:
    send(client, as_json(site="https://first.example.org"))
    send(client, as_json(site="https://second.example.org"))
    assert ArchiveUpload.objects.count() == 1
    assert "https://second.example.org" in client.get(PREVIEW).content.decode()


def test_signed_out_visitor_is_sent_to_the_login(client: Client) -> None:
    assert client.get(PAGE)["Location"].startswith("/accounts/login/")
    response = client.post(PAGE, {"file": SimpleUploadedFile("a", as_json())})
    assert response["Location"].startswith("/accounts/login/")
    assert not ArchiveUpload.objects.exists()


def test_other_methods_are_refused(client: Client, reader: User) -> None:
    assert client.put(PAGE).status_code == 405


def test_uploads_without_end_are_refused_in_words(
    client: Client, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "UPLOADS", Limit("test-uploads", 2, 3600))
    files = [{"file": SimpleUploadedFile("a", as_json())} for _ in range(3)]
    answers = [client.post(PAGE, file) for file in files]
    assert [answer.status_code for answer in answers] == [302, 302, 422]
    assert "You sent 2 files within an hour" in answers[2].content.decode()


def test_page_names_the_readers_own_papers_that_wait(client: Client, reader: User) -> None:
    make_rich_reader()
    WaitingPaper.objects.create(user=reader, names=[], scheme="doi", value="10.1/x", title="Mine")
    text = client.get(PAGE).content.decode()
    assert "1 paper is on its way" in text
    assert "Mine" in text
    assert "Still away" not in text
