"""What is near a reader's lists: its page, and its section of the front page."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import near_lists
from accounts.digest.near import Near
from accounts.digest.readers import Reader
from accounts.models import Mute, User
from papers import seen
from papers.models import Paper
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def reader(client: Client) -> User:
    user = make_user()
    client.force_login(user)
    return user


@pytest.fixture
def liked(reader: User) -> Paper:
    paper = make_paper(title="Owls", announced_on=date(2026, 1, 5))
    make_entry(reading_list=make_reading_list(owner=reader), paper=paper)
    return paper


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Reader]:
    """Who was asked about. Near are all papers that are not their own, the newest first."""
    those: list[Reader] = []

    def find(readers: Sequence[Reader]) -> dict[int, Sequence[Near]]:
        those.extend(readers)
        (one,) = readers
        found = Paper.objects.exclude(pk__in=one.known).order_by("-pk")
        mine = next(iter(one.liked), None)
        return {one.user_id: [Near(pk, mine) for pk in found.values_list("pk", flat=True) if mine]}

    monkeypatch.setattr(near_lists, "find_near", find)
    return those


def titles(client: Client) -> list[str]:
    return [paper.title for paper in client.get("/near/").context["page"].items]


def on_front(client: Client) -> str:
    return client.get("/near/", headers=HTMX).content.decode()


def test_it_shows_what_is_near_and_to_what(
    client: Client, liked: Paper, asked: list[Reader]
) -> None:
    make_paper(title="Kestrels")
    assert titles(client) == ["Kestrels"]
    assert "because you saved “Owls”" in client.get("/near/").content.decode()


def test_papers_of_seven_days_count_whatever_was_mailed_or_seen(
    client: Client, reader: User, liked: Paper, asked: list[Reader]
) -> None:
    seen.set_seen(reader, [make_paper(title="Kestrels").pk], seen=True)
    assert titles(client) == ["Kestrels"]
    assert asked[0].earliest == date(2026, 2, 26)
    assert asked[0].had == frozenset()


def test_it_is_found_once_in_ten_minutes(client: Client, liked: Paper, asked: list[Reader]) -> None:
    make_paper()
    for _ in range(3):
        client.get("/near/")
    assert len(asked) == 1


def test_what_was_saved_or_hidden_since_is_left_out(
    client: Client, reader: User, liked: Paper, asked: list[Reader]
) -> None:
    saved, viewed, _left = (make_paper(title=title) for title in ("Saved", "Seen", "Left"))
    assert titles(client) == ["Left", "Seen", "Saved"]
    make_entry(reading_list=make_reading_list(owner=reader), paper=saved)
    seen.set_seen(reader, [viewed.pk], seen=True)
    assert titles(client) == ["Left", "Seen"]
    seen.set_hidden(reader, hidden=True)
    assert titles(client) == ["Left"]


def test_what_is_muted_is_left_out(
    client: Client, reader: User, liked: Paper, asked: list[Reader]
) -> None:
    make_paper(title="Kestrels hunting")
    make_paper(title="Swifts")
    Mute.objects.create(user=reader, kind=Mute.Kind.WORD, value="kestrel")
    assert titles(client) == ["Swifts"]


def test_who_saved_nothing_reads_what_would_stand_here(
    client: Client, reader: User, asked: list[Reader]
) -> None:
    make_paper()
    assert "Save papers or vote for them" in client.get("/near/").content.decode()


def test_what_is_near_comes_in_pages(client: Client, liked: Paper, asked: list[Reader]) -> None:
    for number in range(21):
        make_paper(title=f"P{number:02}")
    assert "?page=2" in client.get("/near/").content.decode()
    assert [p.title for p in client.get("/near/?page=2").context["page"].items] == ["P00"]
    assert "Back to its beginning" in client.get("/near/?page=3").content.decode()


def test_a_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.get("/near/").headers["Location"] == "/accounts/login/?next=/near/"


def test_it_cannot_be_posted_to(client: Client, reader: User) -> None:
    assert client.post("/near/").status_code == 405


def test_nobody_else_gets_it(client: Client, liked: Paper, asked: list[Reader]) -> None:
    make_paper(title="Kestrels")
    assert titles(client) == ["Kestrels"]
    client.force_login(make_user())
    assert titles(client) == []


def test_more_papers_take_no_query_more(client: Client, liked: Paper, asked: list[Reader]) -> None:
    def count() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            client.get("/near/")
        return len(queries)

    make_paper()
    few = count()
    for _ in range(8):
        make_paper()
    assert count() == few


class TestFrontPage:
    def test_it_does_not_wait_for_what_is_near(
        self, client: Client, liked: Paper, asked: list[Reader]
    ) -> None:
        page = client.get("/").content.decode()
        assert asked == []
        assert 'hx-get="/near/"' in page
        assert '<a href="/near/">' in page

    def test_htmx_gets_the_section_without_what_stands_above(
        self, client: Client, liked: Paper, asked: list[Reader]
    ) -> None:
        for number in range(12):
            make_paper(title=f"P{number:02}")
        part = on_front(client)
        assert part.strip().startswith('<section id="front-near"')
        assert "P01" in part
        assert "P11" not in part
        assert "because you saved “Owls”" in part
        assert "<html" not in part

    def test_once_found_it_stands_there(
        self, client: Client, liked: Paper, asked: list[Reader]
    ) -> None:
        for number in range(12):
            make_paper(title=f"P{number:02}")
        on_front(client)
        page = client.get("/").content.decode()
        assert 'hx-get="/near/"' not in page
        assert "because you saved “Owls”" in page

    def test_where_nothing_is_near_it_says_so(
        self, client: Client, reader: User, asked: list[Reader]
    ) -> None:
        assert "Nothing of the last seven days is near" in on_front(client)

    def test_caches_keep_the_page_and_the_section_apart(
        self, client: Client, reader: User, asked: list[Reader]
    ) -> None:
        assert "HX-Request" in client.get("/near/").headers["Vary"]
