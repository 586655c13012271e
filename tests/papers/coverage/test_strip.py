from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from papers.coverage import lines_for_digest, strip
from papers.models import Batch, Source
from tests.factories import DAY
from tests.papers.coverage.rows import LABOR_DAY, SATURDAY, make_arxiv_source, make_batch

pytestmark = pytest.mark.django_db

State = Batch.State


def words(source: Source, **fields: object) -> str:
    make_batch(source=source, **fields)  # type: ignore[arg-type]
    cell = strip(categories=[source.key], days=1, today=DAY)[0].cells[0]
    return f"{cell.look.name}: {cell.words}"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"received": 108, "expected": 108, "state": State.COMPLETE},
            "complete: complete, 108 of 108",
        ),
        (
            {"received": 95, "expected": 108, "state": State.PARTIAL},
            "partial: received 95 of 108",
        ),
        ({"received": 95, "state": State.UNKNOWN}, "came: received 95, total not stated"),
        (
            {"received": 95, "recovered": 12, "state": State.UNKNOWN},
            "came: 95, of which 12 by the nightly repair, total not stated",
        ),
        (
            {"received": 95, "recovered": 95, "expected": 108, "state": State.PARTIAL},
            "partial: 95, of which 95 by the nightly repair, of 108 stated",
        ),
        ({"expected": 108, "state": State.LATE}, "late: late: none of 108 came"),
        ({"expected": 108, "state": State.PARTIAL}, "partial: none of 108 so far"),
        ({"state": State.LATE}, "late: late: nothing came"),
        ({"state": State.UNKNOWN}, "unknown: nothing so far"),
        ({"state": State.NONE_TODAY}, "none_today: none today"),
        (
            {"received": 95, "rejected": 2, "state": State.UNKNOWN},
            "came: received 95, total not stated, 2 left out",
        ),
    ],
)
def test_a_day_is_said_in_words(fields: dict[str, object], said: str) -> None:
    assert words(make_arxiv_source(), **fields) == said


def test_days_without_a_row_are_weekend_holiday_or_without_record() -> None:
    cells = strip(categories=["cs.CL"], days=5, today=date(2026, 9, 9))[0].cells
    assert [(cell.look.name, cell.words) for cell in cells] == [
        ("none_today", "none on weekends"),
        ("none_today", "none on weekends"),
        ("holiday", "holiday: Labor Day"),
        ("holiday", "holiday: Labor Day"),
        ("no_record", "nothing so far"),
    ]


def test_a_year_that_nobody_entered_is_said_to_be_unknown() -> None:
    make_batch(source=make_arxiv_source(), day=date(2028, 3, 1), state=State.UNKNOWN)
    cell = strip(categories=["cs.CL"], days=1, today=date(2028, 3, 1))[0].cells[0]
    assert cell.words == "nothing came, calendar unknown"


def test_it_takes_as_many_queries_for_one_category_as_for_six(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for key in ("cs.CL", "cs.LG", "cs.CV"):
        make_batch(source=make_arxiv_source(key=key), received=3)
    with django_assert_num_queries(3):
        assert len(strip(categories=["cs.CL", "cs.LG", "cs.CV"], today=DAY)) == 3


def test_only_what_is_not_complete_is_said() -> None:
    make_batch(source=make_arxiv_source(key="cs.CL"), received=95, expected=108)
    make_batch(source=make_arxiv_source(key="cs.LG"), received=40, expected=40)
    assert lines_for_digest(["cs.CL", "cs.LG"], DAY) == ["cs.CL: 95 of 108 so far."]


def test_categories_of_which_the_same_is_to_be_said_share_a_sentence() -> None:
    for key in ("cs.CL", "cs.LG"):
        make_batch(source=make_arxiv_source(key=key), received=9)
    make_batch(source=make_arxiv_source(key="cs.AI"), state=State.LATE)
    make_arxiv_source(key="cs.CV")
    assert lines_for_digest(["cs.AI", "cs.CL", "cs.CV", "cs.LG"], DAY) == [
        "cs.AI, cs.CV: nothing came so far.",
        "cs.CL, cs.LG: total not stated.",
    ]


def test_a_holiday_and_a_weekend_are_not_mentioned() -> None:
    make_arxiv_source()
    assert lines_for_digest(["cs.CL"], LABOR_DAY) == []
    assert lines_for_digest(["cs.CL"], SATURDAY) == []


def test_a_day_that_states_none_is_not_mentioned() -> None:
    make_batch(source=make_arxiv_source(), expected=0, state=State.NONE_TODAY)
    assert lines_for_digest(["cs.CL"], DAY) == []


def test_a_category_that_is_paused_or_not_read_is_not_mentioned() -> None:
    make_arxiv_source(key="cs.LG", is_active=False)
    assert lines_for_digest(["cs.CL", "cs.LG"], DAY) == []
