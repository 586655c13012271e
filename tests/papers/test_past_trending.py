from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from papers import trending
from papers.models import Paper, TrendingDay
from papers.trending import rolling
from tests.factories import DAY, make_paper, make_signal

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def liked() -> Paper:
    paper = make_paper(title="Kestrels", announced_on=DAY)
    make_signal(paper, 9)
    trending.roll(now=NOW)
    return paper


def test_a_past_day_shows_what_gained_on_it_and_how_much(client: Client, liked: Paper) -> None:
    page = client.get("/trending/2026-03-02/").content.decode()
    assert "Trending on Monday, 2 March 2026" in page
    assert "Kestrels" in page
    assert "+9 upvotes" in page


def test_so_do_the_week_and_the_month_that_end_with_it(client: Client, liked: Paper) -> None:
    for window in ("week", "month"):
        answer = client.get(f"/trending/2026-03-03/{window}/")
        assert answer.context["past"].papers == [liked]
    assert client.get("/trending/2026-03-03/").context["past"].papers == []


def test_days_lead_to_the_one_before_and_the_one_after(client: Client, liked: Paper) -> None:
    first = client.get("/trending/2026-03-02/week/").content.decode()
    assert "/trending/2026-03-03/week/" in first
    assert "/trending/2026-03-01/" not in first
    middle = client.get("/trending/2026-03-03/").content.decode()
    assert "/trending/2026-03-02/" in middle
    assert "/trending/2026-03-04/" in middle


def test_a_day_that_is_not_final_says_so(client: Client, liked: Paper) -> None:
    assert "Not final yet" in client.get("/trending/2026-03-04/").content.decode()
    assert "Not final yet" not in client.get("/trending/2026-03-02/").content.decode()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-03-06", "6 March 2026 has not come yet."),
        ("9999-12-31", "31 December 9999 has not come yet."),
        ("2026-03-01", "past days here go from 2 March 2026 to 4 March 2026"),
        ("0001-01-01", "past days here go from"),
    ],
)
def test_a_day_of_which_nothing_is_kept_says_why(
    client: Client, liked: Paper, day: str, words: str
) -> None:
    answer = client.get(f"/trending/{day}/")
    assert answer.status_code == 404
    assert words in answer.content.decode()


def test_before_any_day_is_kept_it_says_so(client: Client) -> None:
    assert "No past day is kept here yet" in client.get("/trending/2026-03-02/").content.decode()


def test_the_day_under_way_leads_to_its_list(client: Client) -> None:
    assert client.get("/trending/2026-03-05/").headers["Location"] == "/trending/today/"
    assert client.get("/trending/2026-03-05/week/").headers["Location"] == "/trending/week/"


def test_a_window_that_is_none_is_not_found(client: Client, liked: Paper) -> None:
    answer = client.get("/trending/2026-03-02/decade/")
    assert answer.status_code == 404
    assert "its week and month" in answer.content.decode()


def test_it_cannot_be_posted_to(client: Client, liked: Paper) -> None:
    assert client.post("/trending/2026-03-02/").status_code == 405


def test_looking_stores_no_day(client: Client) -> None:
    make_signal(make_paper(), 9)
    client.get("/trending/2026-03-02/")
    assert TrendingDay.objects.count() == 0


def test_a_withdrawn_paper_is_not_shown(client: Client, liked: Paper) -> None:
    Paper.objects.filter(pk=liked.pk).update(withdrawn_at=NOW - timedelta(days=1))
    assert client.get("/trending/2026-03-02/").context["past"].papers == []


def test_more_papers_take_no_query_more(client: Client, liked: Paper) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/trending/2026-03-02/")
        return len(queries)

    few = count()
    for _ in range(6):
        make_signal(make_paper(announced_on=DAY), 5)
    TrendingDay.objects.filter(day=DAY).delete()
    rolling.store_days(last=DAY, now=NOW)
    assert len(client.get("/trending/2026-03-02/").context["past"].papers) == 7
    assert count() == few
