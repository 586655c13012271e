from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from papers.search.spans import terms_between, terms_of_day

DAYS = st.dates(date(1895, 1, 1), date(2105, 1, 1))


def test_whole_years_and_months_are_one_term_each() -> None:
    found = list(terms_between(date(2024, 12, 31), date(2026, 2, 1)))
    assert found == ["20241231", "2025", "202601", "20260201"]


def test_day_out_of_all_bounds_counts_as_the_nearest() -> None:
    assert terms_of_day(date(1, 1, 1)) == ("19000101", "190001", "1900")


def test_paper_without_a_day_is_in_no_span() -> None:
    assert not {*terms_of_day(None)} & {*terms_between(None, None)}


@given(DAYS, DAYS, st.integers(-400, 400))
def test_span_has_a_term_of_the_day_just_when_the_day_is_within(
    first: date, last: date, days: int
) -> None:
    day = min(max(first + timedelta(days), date(1900, 1, 1)), date(2100, 12, 31))
    first, last = max(first, date(1900, 1, 1)), min(last, date(2100, 12, 31))
    is_within = first <= day <= last
    assert bool({*terms_of_day(day)} & {*terms_between(first, last)}) == is_within


def test_longest_span_has_few_terms() -> None:
    assert len(list(terms_between(date(1900, 1, 2), date(2100, 12, 30)))) <= 199 + 22 + 60
