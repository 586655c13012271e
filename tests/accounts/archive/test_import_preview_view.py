"""/settings/import/preview/: what is in the file that this reader sent; nothing is done yet."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.archive import uploads, waiting
from accounts.models import ArchiveUpload, User
from papers.models import Vote
from readinglists.models import ReadingList
from tests.accounts.archive.test_import_view import PAGE, PREVIEW, send
from tests.accounts.archive.test_read import as_json, with_list
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> User:
    user = make_user()
    client.force_login(user)
    return user


def test_it_says_what_is_in_the_file_and_does_nothing(client: Client, reader: User) -> None:
    known = make_paper()
    rows = [{"arxiv": known.arxiv_id, "title": "A"}, {"doi": ["10.1234/x"], "title": "B"}]
    items = [{"paper": row} for row in rows]
    votes = [{"paper": rows[0], "voted_at": "2026-01-02T00:00:00Z"}]
    body = as_json(site="https://there.example.org", votes=votes, **with_list(items=items))
    send(client, body)
    text = " ".join(client.get(PREVIEW).content.decode().split())
    assert "Written by https://there.example.org" in text
    assert "1 list, as a new one: A (2)" in text
    assert "1 vote<" in text
    assert "It names 2 papers, of which 1 are known here." in text
    assert not ReadingList.objects.exists()
    assert not Vote.objects.exists()


def test_it_says_what_cannot_be_found_and_reads_the_file_once(
    client: Client, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(client, as_json(**with_list(items=[{"paper": {"title": "B"}}])))
    words = "1 of them has no name by which it can be found, and is left out."
    assert words in client.get(PREVIEW).content.decode()
    monkeypatch.setattr(uploads, "find", None)
    assert words in client.get(PREVIEW).content.decode()
    monkeypatch.undo()
    send(client, as_json(**with_list(items=[])))
    assert words not in client.get(PREVIEW).content.decode()


def test_texts_of_the_file_are_no_markup(client: Client, reader: User) -> None:
    title = "<script>alert(1)</script>"
    follows = [{"title": title, "address": 'https://a.example/"><script>x'}]
    send(client, as_json(site=title, list_follows=follows, lists=[{"title": title}]))
    assert "<script>alert" not in client.get(PREVIEW).content.decode()
    assert '"><script>x' not in client.get(PREVIEW).content.decode()


def test_followed_public_lists_are_named_by_address(client: Client, reader: User) -> None:
    rows = [
        {"title": "Moors", "public": True, "address": "https://there.example.org/public/7/"},
        {"title": "By link", "public": False},
    ]
    send(client, as_json(list_follows=rows))
    text = client.get(PREVIEW).content.decode()
    assert "You followed these lists there" in text
    assert 'href="https://there.example.org/public/7/"' in text
    assert "By link" not in text


def test_without_a_file_the_form_is_shown(client: Client, reader: User) -> None:
    assert client.get(PREVIEW)["Location"] == PAGE


def test_somebody_elses_file_is_not_shown(client: Client, reader: User) -> None:
    other = Client()
    other.force_login(make_user())
    send(other, as_json(site="https://theirs.example.org"))
    assert client.get(PREVIEW)["Location"] == PAGE
    assert "https://theirs.example.org" in other.get(PREVIEW).content.decode()


def test_a_file_is_forgotten_after_a_day(client: Client, reader: User) -> None:
    send(client, as_json())
    waiting.ask_for_missing(timezone.now() + timedelta(hours=23))
    assert ArchiveUpload.objects.exists()
    waiting.ask_for_missing(timezone.now() + timedelta(hours=25))
    assert client.get(PREVIEW)["Location"] == PAGE


def test_signed_out_visitor_is_sent_to_the_login(client: Client) -> None:
    assert client.get(PREVIEW)["Location"].startswith("/accounts/login/")


def test_posting_is_refused(client: Client, reader: User) -> None:
    assert client.post(PREVIEW).status_code == 405


def test_no_cache_keeps_it(client: Client, reader: User) -> None:
    send(client, as_json())
    assert "no-store" in client.get(PREVIEW)["Cache-Control"]


def test_a_hundred_lists_take_no_more_queries(
    client: Client, reader: User, django_assert_max_num_queries: object
) -> None:
    lists = [{"title": f"List {n}", "items": [{"paper": {"title": "B"}}]} for n in range(100)]
    send(client, as_json(lists=lists))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        text = client.get(PREVIEW).content.decode()
    assert "List 19 (1)" in text
    assert "List 20" not in text
