"""What is kept for a minute: the front page of visitors, and what is the same for all on it."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from pytest_django import Settings

from papers import kept
from papers.models import Paper
from tests.factories import make_paper, make_user

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


def test_who_has_the_page_is_told_so(client: Client, paper: Paper) -> None:
    etag = client.get("/").headers["ETag"]
    answer = client.get("/", headers={"If-None-Match": etag})
    assert answer.status_code == 304
    assert answer.content == b""


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
