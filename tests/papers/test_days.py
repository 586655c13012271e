from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from papers.days import Month, read_month
from papers.models import TrendingDay
from tests.factories import DAY, make_announcement

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 20)


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 3, 20, 12, tzinfo=UTC), tick=False):
        yield


def addresses(month: Month) -> dict[int, str]:
    cells = [cell for week in month.weeks for cell in week if cell]
    return {cell.day.day: cell.address for cell in cells if cell.address}


def test_a_day_leads_to_what_was_trending_else_to_what_was_announced() -> None:
    make_announcement(on=DAY)
    make_announcement(on=DAY + timedelta(days=1))
    TrendingDay.objects.create(day=DAY)
    found = addresses(read_month(DAY, today=TODAY))
    assert found == {2: "/trending/2026-03-02/", 3: "/new/2026-03-03/", 20: "/"}


@pytest.mark.parametrize(
    ("day", "days"), [("2024-02-10", 29), ("2026-02-28", 28), ("2026-12-31", 31)]
)
def test_a_month_has_all_its_days_in_weeks_of_seven(day: str, days: int) -> None:
    month = read_month(date.fromisoformat(day), today=TODAY)
    assert all(len(week) == 7 for week in month.weeks)
    cells = [cell for week in month.weeks for cell in week if cell]
    assert [cell.day.day for cell in cells] == list(range(1, days + 1))
    assert [day.weekday() for day in month.weekdays] == [6, 0, 1, 2, 3, 4, 5]


def test_it_leads_to_the_nearest_months_with_papers() -> None:
    make_announcement(on=date(2025, 11, 5))
    TrendingDay.objects.create(day=date(2026, 1, 9))
    make_announcement(on=date(2026, 5, 31))
    month = read_month(TODAY, today=TODAY)
    assert (month.previous, month.next) == (date(2026, 1, 1), date(2026, 5, 1))


def test_without_any_papers_it_leads_nowhere() -> None:
    month = read_month(DAY - timedelta(days=60), today=TODAY)
    assert addresses(month) == {}
    assert (month.previous, month.next) == (None, None)


def test_its_page_shows_this_month_or_the_one_asked_for(client: Client) -> None:
    make_announcement(on=DAY)
    assert "March 2026" in client.get("/days/").content.decode()
    page = client.get("/days/2026-04/").content.decode()
    assert "April 2026" in page
    assert 'href="/days/2026-03/"' in page


def test_days_of_other_pages_are_links_that_work(client: Client) -> None:
    make_announcement(on=DAY)
    for address in addresses(read_month(DAY, today=TODAY)).values():
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "0000-01", "9999-12", "2026", "x", "2026-3"]
)
def test_what_is_no_month_is_not_found(client: Client, text: str) -> None:
    assert client.get(f"/days/{text}/").status_code == 404


@pytest.mark.parametrize("text", ["1900-01", "2099-12"])
def test_months_far_away_are_empty(client: Client, text: str) -> None:
    assert client.get(f"/days/{text}/").status_code == 200


def test_it_cannot_be_posted_to(client: Client) -> None:
    assert client.post("/days/").status_code == 405


def test_more_days_take_no_query_more(client: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/days/")
        return len(queries)

    make_announcement(on=DAY)
    few = count()
    for day in range(1, 10):
        make_announcement(on=DAY + timedelta(days=day))
    assert count() == few


def test_the_front_page_has_it_without_script(client: Client) -> None:
    make_announcement(on=DAY)
    page = client.get("/").content.decode()
    assert "<details" in page
    assert 'href="/new/2026-03-02/"' in page


def test_the_front_page_leads_to_the_last_past_day(client: Client) -> None:
    make_announcement(on=DAY)
    TrendingDay.objects.create(day=DAY)
    assert '<a rel="prev" href="/trending/2026-03-02/"' in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/new/cs.LG/9999-12-31/", "31 December 9999 has not come yet."),
        ("/new/2026-03-23/", "23 March 2026 has not come yet."),
        ("/new/1234-05-06/", "arXiv began in August 1991"),
    ],
)
def test_a_day_that_cannot_have_been_is_not_found(client: Client, address: str, words: str) -> None:
    make_announcement(category="cs.LG", on=DAY)
    page = client.get(address)
    assert page.status_code == 404
    assert words in page.content.decode()


def test_a_day_that_has_begun_elsewhere_has_a_page(client: Client) -> None:
    """What is announced for it can be stored already (papers/storable.py)."""
    make_announcement(category="cs.LG", on=date(2026, 3, 22))
    for address in ("/new/", "/new/2026-03-22/", "/new/cs.LG/2026-03-22/"):
        assert client.get(address).status_code == 200
