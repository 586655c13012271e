from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from papers import ranking
from tests.factories import DAY, make_paper, make_user

pytestmark = pytest.mark.django_db


def titles(client: Client, address: str) -> list[str]:
    return [paper.title for paper in client.get(address).context["page"].items]


def test_the_better_liked_paper_comes_first(client: Client) -> None:
    make_paper(title="Quiet", upvotes=2)
    make_paper(title="Loud", upvotes=90)
    ranking.rerank(today=DAY)
    assert titles(client, "/") == ["Loud", "Quiet"]


def test_papers_equally_liked_are_shown_newest_first(client: Client) -> None:
    make_paper(title="Older")
    make_paper(title="Newer")
    assert titles(client, "/") == ["Newer", "Older"]


@pytest.mark.parametrize(
    ("window", "days_back", "is_shown"),
    [
        ("today", 0, True),
        ("today", 1, False),
        ("week", 6, True),
        ("week", 7, False),
        ("month", 29, True),
        ("month", 30, False),
        ("all", 3000, True),
    ],
)
def test_a_window_ends_on_the_newest_day(
    client: Client, window: str, days_back: int, is_shown: bool
) -> None:
    make_paper(title="Newest")
    if days_back:
        make_paper(title="Asked for", announced_on=DAY - timedelta(days=days_back))
    shown = titles(client, f"/trending/{window}/")
    assert len(shown) == (2 if is_shown and days_back else 1)


def test_an_unknown_window_is_not_found(client: Client) -> None:
    assert client.get("/trending/decade/").status_code == 404


def test_without_papers_it_says_what_to_do_next(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "No papers yet" in page
    assert "loadpapers" in page


def test_a_page_after_the_end_leads_back(client: Client) -> None:
    make_paper()
    assert "Back to its beginning" in client.get("/?page=7").content.decode()


@pytest.mark.parametrize("number", ["0", "-3", "x", "9" * 30, "٣"])
def test_a_page_number_that_makes_no_sense_is_forgiven(client: Client, number: str) -> None:
    make_paper()
    assert client.get("/", {"page": number}).status_code == 200


def test_it_cannot_be_posted_to(client: Client) -> None:
    assert client.post("/").status_code == 405


def test_a_reader_sees_their_votes(client: Client) -> None:
    paper, user = make_paper(), make_user()
    user.votes.create(paper=paper)
    client.force_login(user)
    assert 'aria-pressed="true"' in client.get("/").content.decode()


def count_queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    return len(queries)


def test_eight_papers_more_take_no_query_more(client: Client) -> None:
    client.force_login(make_user())
    for _ in range(8):
        make_paper()
    few = count_queries(client)
    for _ in range(8):
        make_paper()
    assert count_queries(client) == few


def test_html_in_a_title_is_shown_as_text(client: Client) -> None:
    make_paper(title="<script>alert(1)</script>", announced_on=date(2026, 3, 2))
    assert "<script>alert(1)" not in client.get("/").content.decode()


@pytest.mark.parametrize("window", ["today", "week", "month", "all"])
def test_a_withdrawn_paper_is_in_no_window(client: Client, window: str) -> None:
    make_paper(title="There")
    make_paper(title="Gone", withdrawn_at=datetime(2026, 3, 2, tzinfo=UTC))
    assert titles(client, f"/trending/{window}/") == ["There"]
