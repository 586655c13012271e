from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client

from papers import calendar
from papers.models import Batch, CalendarYear, Holiday
from tests.factories import make_user
from tests.papers.coverage.rows import make_arxiv_source, make_batch

pytestmark = pytest.mark.django_db
URL = "/sources/calendar/"


@pytest.fixture(autouse=True)
def december() -> Any:
    with time_machine.travel(datetime(2026, 12, 9, 17, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_user(is_staff=True))
    return client


def save(client: Client, *, year: int = 2027, lines: str = "2027-01-01 New Year's Day") -> Any:
    return client.post(URL, {"year": year, "lines": lines})


def test_the_page_shows_known_years_and_asks_for_the_next(admin: Client) -> None:
    page = admin.get(URL).content.decode()
    assert "2026-11-26 Thanksgiving" in page
    assert "Holidays of 2027" in page
    assert "arXiv&#x27;s holidays of 2027 are not entered" in page


def test_saving_a_year_makes_it_known(admin: Client) -> None:
    assert save(admin).url == URL
    assert Holiday.objects.get(day__year=2027).name == "New Year's Day"
    assert CalendarYear.objects.filter(year=2027).exists()
    assert "are not entered" not in admin.get(URL).content.decode()


def test_saving_a_year_again_replaces_it(admin: Client) -> None:
    save(admin, year=2026, lines="2026-12-25 Christmas")
    assert calendar.lines_of(2026) == "2026-12-25 Christmas"


def test_a_bad_line_is_named_and_the_text_is_kept(admin: Client) -> None:
    answer = save(admin, lines="2027-01-01 New Year\nJan 18 King")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Line 2: “Jan” is not a date." in page
    assert "2027-01-01 New Year\nJan 18 King</textarea>" in page
    assert not Holiday.objects.filter(day__year=2027).exists()


def test_a_year_out_of_turn_is_refused_in_words(admin: Client) -> None:
    answer = save(admin, year=1999, lines="1999-01-01 New Year")
    assert [str(m) for m in get_messages(answer.wsgi_request)] == [
        "That year cannot be entered here."
    ]
    assert not CalendarYear.objects.filter(year=1999).exists()


def test_a_holiday_entered_late_excuses_the_day_at_once(admin: Client) -> None:
    make_batch(source=make_arxiv_source(), day=date(2026, 12, 8), state=Batch.State.LATE)
    save(admin, year=2026, lines="2026-12-08 Snow")
    assert Batch.objects.get(announced_on=date(2026, 12, 8)).state == Batch.State.HOLIDAY


@pytest.mark.parametrize("method", ["get", "post"])
def test_to_others_the_page_does_not_exist(client: Client, method: str) -> None:
    assert getattr(client, method)(URL).status_code == 404
    client.force_login(make_user())
    assert getattr(client, method)(URL).status_code == 404
    assert not CalendarYear.objects.exclude(year=2026).exists()


def test_no_other_method_is_answered(admin: Client) -> None:
    assert admin.put(URL).status_code == 405
