"""/settings/import/take-in/: what was shown becomes the reader's, once and whole."""

from typing import Any

import pytest
from django.test import Client

from accounts.archive import taking_in
from accounts.models import ArchiveUpload, User, WaitingPaper
from papers.models import SeenPaper, Vote
from readinglists.models import ReadingList
from tests.accounts.archive.test_import_view import PAGE, send
from tests.accounts.archive.test_read import as_json, with_list
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db
TAKE_IN = "/settings/import/take-in/"


@pytest.fixture
def reader(client: Client) -> User:
    user = make_user()
    client.force_login(user)
    return user


def archive(**fields: Any) -> bytes:
    """One list with a paper that is here and one that is not, and a vote."""
    here = {"arxiv": make_paper(title="Here").arxiv_id, "title": "Here"}
    items = [{"paper": here, "note": "kept"}, {"paper": {"doi": ["10.1234/x"], "title": "Away"}}]
    votes = [{"paper": here, "voted_at": "2026-01-02T00:00:00Z"}]
    seen = [{"paper": here, "seen_at": "2026-01-02T00:00:00Z"}]
    return as_json(votes=votes, seen=seen, **with_list(items=items), **fields)


def test_it_is_taken_in_and_told(client: Client, reader: User) -> None:
    send(client, archive())
    text = " ".join(client.post(TAKE_IN).content.decode().split())
    assert "1 list was made. 1 paper was known here." in text
    assert "We ask for 1 that was not" in text
    assert ReadingList.objects.get(owner=reader).entries.get().note == "kept"
    assert Vote.objects.get().user == reader
    assert WaitingPaper.objects.get().title == "Away"
    assert not ArchiveUpload.objects.exists()


def test_what_was_left_out_is_told(client: Client, reader: User) -> None:
    send(client, archive(mutes=[{"kind": "colour", "value": "red"}]))
    assert "“colour” cannot be muted here." in client.post(TAKE_IN).content.decode()


def test_long_notes_are_told_by_name(client: Client, reader: User) -> None:
    paper = make_paper(title="Noted")
    row = {"paper": {"arxiv": paper.arxiv_id, "title": "Noted"}, "own_note": "x" * 6_000}
    send(client, as_json(states=[row]))
    assert "“Noted”: a note of 6000 characters." in client.post(TAKE_IN).content.decode()
    assert "x" * 6_000 in client.get(f"/lists/own-notes/{paper.pk}/").content.decode()


def test_followed_public_lists_are_told(client: Client, reader: User) -> None:
    rows = [{"title": "Moors", "public": True, "address": "https://there.example.org/public/7/"}]
    send(client, as_json(list_follows=rows))
    assert "https://there.example.org/public/7/" in client.post(TAKE_IN).content.decode()


def test_settings_stay_without_the_box(client: Client, reader: User) -> None:
    settings = {
        "timezone": "Europe/Oslo",
        "digest_hour": 9,
        "digest_size": 7,
        "digest_days": [1],
        "digest_sections": ["trending"],
        "digest_enabled": True,
    }
    send(client, archive(settings=settings))
    client.post(TAKE_IN)
    reader.refresh_from_db()
    assert reader.timezone == "UTC"
    send(client, as_json(settings=settings))
    client.post(TAKE_IN, {"with_settings": "1"})
    reader.refresh_from_db()
    assert (reader.timezone, reader.digest_size) == ("Europe/Oslo", 7)


def test_pressed_twice_it_comes_once(client: Client, reader: User) -> None:
    send(client, archive())
    client.post(TAKE_IN)
    response = client.post(TAKE_IN, follow=True)
    assert "There is no file to import any more: send it again." in response.content.decode()
    assert ReadingList.objects.filter(owner=reader).count() == 1


def test_sent_twice_lists_come_twice_and_all_else_once(client: Client, reader: User) -> None:
    body = archive()
    for _time in range(2):
        send(client, body)
        assert client.post(TAKE_IN).status_code == 200
    assert ReadingList.objects.filter(owner=reader).count() == 2
    assert (Vote.objects.count(), SeenPaper.objects.count()) == (1, 1)
    assert WaitingPaper.objects.count() == 1


def test_somebody_elses_file_is_not_taken(client: Client, reader: User) -> None:
    other = Client()
    other.force_login(make_user())
    send(other, archive())
    assert client.post(TAKE_IN)["Location"] == PAGE
    assert not ReadingList.objects.exists()
    assert ArchiveUpload.objects.count() == 1


def test_interrupted_half_way_nothing_came_and_it_can_be_tried_again(
    client: Client, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError

    send(client, archive())
    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(taking_in, "_mute", fail)
        assert client.post(TAKE_IN).status_code == 500
    assert not ReadingList.objects.exists()
    assert not Vote.objects.exists()
    assert not WaitingPaper.objects.exists()
    assert ArchiveUpload.objects.count() == 1
    assert client.post(TAKE_IN).status_code == 200
    assert ReadingList.objects.get().entries.count() == 1


def test_signed_out_visitor_is_sent_to_the_login(client: Client) -> None:
    assert client.post(TAKE_IN)["Location"].startswith("/accounts/login/")


def test_opening_the_address_does_nothing(client: Client, reader: User) -> None:
    send(client, archive())
    assert client.get(TAKE_IN).status_code == 405
    assert not ReadingList.objects.exists()


def test_a_form_of_another_site_does_nothing(reader: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reader)
    assert strict.post(TAKE_IN).status_code == 403
