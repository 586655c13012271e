"""What is kept for a minute: the pages of visitors, and what is the same for all."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from pytest_django import Settings

from papers import kept
from papers.models import Paper
from papers.search.follower import index_now
from tests.factories import make_announcement, make_paper, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keeping(settings: Settings) -> Iterator[None]:
    settings.KEPT_SECONDS = 60
    cache.clear()
    yield
    cache.clear()  # else the next test's visitors see what was kept here


@pytest.fixture
def paper() -> Paper:
    return make_paper(title="Kestrels")


def test_the_second_visitor_costs_no_query(client: Client, paper: Paper) -> None:
    first = client.get("/")
    with CaptureQueriesContext(connection) as queries:
        second = Client().get("/")
    assert len(queries) == 0
    assert second.content == first.content
    assert "Kestrels" in second.content.decode()
    assert not second.cookies


PAGES = [
    *("/trending/all/", "/trending/all/?page=1", "/trending/all/cs.LG/", "/new/", "/new/cs.LG/"),
    *("/paper/2603.00001/", "/author/Ada%20Moor/", "/days/", "/ranking/"),
    *("/trending/all/feed.atom", "/new/cs.LG/feed.json", "/author/Ada%20Moor/feed.atom"),
]


@pytest.fixture
def announced(settings: Settings, tmp_path: Path) -> Paper:
    settings.SEARCH_INDEX = tmp_path / "index"
    made = make_paper(arxiv_id="2603.00001", title="Kestrels")
    make_announcement(paper=made)
    index_now()
    return made


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", PAGES)
def test_every_page_that_many_ask_for_is_kept(announced: Paper, address: str) -> None:
    first = Client().get(address)
    with CaptureQueriesContext(connection) as queries:
        second = Client().get(address)
    assert (first.status_code, len(queries)) == (200, 0)
    assert second.content == first.content
    again = Client().get(address, headers={"If-None-Match": second.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("asked", ["?page=1&x=1", "?q=x", "?page=99999", "?page=x"])
def test_what_nobody_else_asks_for_is_not_kept(client: Client, paper: Paper, asked: str) -> None:
    assert "ETag" not in client.get(f"/trending/all/{asked}").headers


def test_a_part_of_a_page_is_not_taken_for_the_page(client: Client, paper: Paper) -> None:
    whole = client.get("/trending/all/").content
    assert "ETag" not in client.get("/trending/all/", headers={"HX-Request": "true"}).headers
    assert client.get("/trending/all/").content == whole


@pytest.mark.django_db(transaction=True)
def test_a_feed_is_kept_whatever_its_reader_has_of_it(announced: Paper) -> None:
    address = "/new/cs.LG/feed.atom"
    etag = Client().get(address).headers["ETag"]
    cache.clear()
    assert Client().get(address, headers={"If-None-Match": etag}).status_code == 304
    assert b"Kestrels" in Client().get(address).content


def test_who_has_the_page_is_told_so(client: Client, paper: Paper) -> None:
    etag = client.get("/").headers["ETag"]
    answer = client.get("/", headers={"If-None-Match": etag})
    assert answer.status_code == 304
    assert answer.content == b""


def test_who_has_the_page_is_told_so_without_the_page(client: Client, paper: Paper) -> None:
    etag = client.get("/").headers["ETag"]
    with patch.object(cache, "get", wraps=cache.get) as got:
        assert client.get("/", headers={"If-None-Match": etag}).status_code == 304
    assert [call.args[0].rpartition(":")[2] for call in got.call_args_list] == ["etag"]
    other = client.get("/", headers={"If-None-Match": 'W/"of-before"'})
    assert (other.status_code, other.headers["ETag"]) == (200, etag)


@pytest.mark.parametrize(
    ("kept_seconds", "said"),
    [
        (60, "public, max-age=30, stale-while-revalidate=60, stale-if-error=3600"),
        (0, "public, no-cache"),
    ],
)
def test_caches_on_the_way_are_told_how_long(
    client: Client, paper: Paper, settings: Settings, kept_seconds: int, said: str
) -> None:
    settings.KEPT_SECONDS = kept_seconds
    answers = [client.get("/"), client.get("/")]
    answers.append(client.get("/", headers={"If-None-Match": answers[0].headers["ETag"]}))
    assert [each.headers["Cache-Control"] for each in answers] == [said] * 3


def test_a_reader_gets_a_page_of_their_own(client: Client, paper: Paper) -> None:
    visitors = client.get("/").content.decode()
    client.force_login(make_user())
    readers = client.get("/")
    assert "Log out" in readers.content.decode()
    assert "ETag" not in readers.headers
    assert Client().get("/").content.decode() == visitors


def test_what_is_the_same_for_all_is_made_once_for_readers(client: Client, paper: Paper) -> None:
    client.force_login(make_user())
    with CaptureQueriesContext(connection) as first:
        client.get("/")
    with CaptureQueriesContext(connection) as second:
        client.get("/")
    assert len(second) < len(first)


@pytest.mark.parametrize("name", ["session", "messages"])
def test_whom_a_message_may_wait_for_gets_a_page_of_their_own(
    client: Client, paper: Paper, name: str
) -> None:
    client.cookies[name] = "x"
    assert "ETag" not in client.get("/").headers


def test_the_page_of_a_site_without_papers_is_not_kept(client: Client) -> None:
    assert "No papers yet" in client.get("/").content.decode()
    make_paper(title="Kestrels")
    assert "Kestrels" in client.get("/").content.decode()


def test_caches_on_the_way_keep_readers_and_visitors_apart(client: Client, paper: Paper) -> None:
    for _ in range(2):
        assert "Cookie" in client.get("/").headers["Vary"]


def test_a_part_is_kept_by_what_it_is_made_of_and_by_language() -> None:
    made = [kept.part("sum", 1, 2, make=lambda: "<b>3</b>"), kept.part("sum", 1, 2, make=str)]
    assert made == ["<b>3</b>", "<b>3</b>"]
    assert kept.part("sum", 12, make=lambda: "12") == "12"
    with override("de"):
        assert kept.part("sum", 1, 2, make=lambda: "drei") == "drei"


def test_nothing_is_kept_where_the_setting_says_so(settings: Settings) -> None:
    settings.KEPT_SECONDS = 0
    assert kept.part("sum", 1, make=lambda: "one") == "one"
    assert kept.part("sum", 1, make=lambda: "two") == "two"


def test_another_port_or_letter_case_of_the_host_makes_no_other_page(
    paper: Paper, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["papers.example.org"]
    Client().get("/", headers={"Host": "papers.example.org"})
    for host in ("papers.example.org:8443", "PAPERS.example.org"):
        with CaptureQueriesContext(connection) as queries:
            assert Client().get("/", headers={"Host": host}).status_code == 200
        assert len(queries) == 0


def test_a_page_that_names_other_static_files_is_not_shown(
    client: Client, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/")
    monkeypatch.setattr(staticfiles_storage, "manifest_hash", "newer", raising=False)
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    assert len(queries) > 0
