from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from papers.coverage import days_of, strip
from papers.models import Batch
from tests.factories import DAY, make_paper
from tests.papers.coverage.rows import make_arxiv_source, make_batch

pytestmark = pytest.mark.django_db
State = Batch.State


def day_of(**by_code: dict[str, Any]) -> str:
    """Say what a day is said of on which these categories have such batches."""
    for code, fields in by_code.items():
        make_batch(source=make_arxiv_source(key=code), **fields)
    (day,) = days_of(strip(categories=list(by_code), days=1, today=DAY))
    return f"{day.look.name}: {day.words}"


COMPLETE: dict[str, Any] = {"received": 100, "expected": 100, "state": State.COMPLETE}
PARTIAL: dict[str, Any] = {"received": 95, "expected": 108, "state": State.PARTIAL}
LATE: dict[str, Any] = {"expected": 50, "state": State.LATE}
UNSTATED: dict[str, Any] = {"received": 7, "state": State.UNKNOWN}


def test_a_day_on_which_all_came_is_complete() -> None:
    assert day_of(a=COMPLETE, b=COMPLETE) == "complete: 200 of 200"


def test_a_day_is_as_bad_as_its_worst_category_which_it_names() -> None:
    assert day_of(a=COMPLETE, b=PARTIAL, c=LATE) == "late: 195 of 258; not all of b and c"


def test_no_total_is_said_that_nobody_stated() -> None:
    assert day_of(a=COMPLETE, b=UNSTATED) == "came: 107 papers"


def test_a_day_without_papers_says_what_its_categories_say() -> None:
    assert day_of(a=LATE) == "late: late: none of 50 came"


def test_without_a_daily_feed_there_are_no_days() -> None:
    assert days_of([]) == []


def test_the_front_page_shows_the_last_seven(client: Client) -> None:
    make_paper()
    make_batch(source=make_arxiv_source(key="cs.CL"), **PARTIAL)
    days = days_of(strip(categories=["cs.CL"], days=7, today=DAY + timedelta(days=1)))
    assert [day.look.name for day in days][-2] == "partial"
    assert "What came from arXiv" in client.get("/").content.decode()
