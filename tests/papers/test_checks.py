from datetime import UTC, datetime

import pytest
import time_machine
from django.db import ProgrammingError

from papers import calendar
from papers.checks import check_calendar

DECEMBER = datetime(2026, 12, 9, 17, tzinfo=UTC)


@pytest.mark.django_db
@time_machine.travel(DECEMBER, tick=False)
def test_an_operator_is_warned_of_next_years_calendar() -> None:
    (warning,) = check_calendar(databases=["default"])
    assert "2027" in warning.msg
    assert "/sources/calendar/" in str(warning.hint)


@pytest.mark.django_db
@time_machine.travel(datetime(2026, 11, 1, tzinfo=UTC), tick=False)
def test_a_calendar_in_order_is_not_mentioned() -> None:
    assert check_calendar(databases=["default"]) == []


@time_machine.travel(DECEMBER, tick=False)
def test_without_a_database_nothing_is_asked() -> None:
    assert check_calendar(databases=None) == []


@pytest.mark.django_db
def test_before_the_tables_are_made_it_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(today: object) -> str:
        raise ProgrammingError('relation "papers_calendaryear" does not exist')

    monkeypatch.setattr(calendar, "warning", fail)
    assert check_calendar(databases=["default"]) == []
