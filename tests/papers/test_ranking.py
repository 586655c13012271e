import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers import ranking
from papers.ranking import Counts, Weights

MONDAY = date(2026, 3, 2)


def total(*, on: date = MONDAY, **counts: int) -> float:
    return ranking.score(Counts(**counts), on).total


def test_a_vote_weighs_as_much_as_two_upvotes() -> None:
    assert total(votes=3) == total(upvotes=6)


def test_numbers_that_no_source_gave_add_nothing() -> None:
    assert ranking.score(Counts(), MONDAY).popularity == 0


def test_other_weights_give_another_score() -> None:
    heavy = ranking.score(Counts(upvotes=10), MONDAY, Weights(upvote=5))
    assert heavy.popularity == pytest.approx(math.log10(51))


def test_a_week_of_newness_weighs_as_much_as_ten_times_the_support() -> None:
    assert math.isclose(total(votes=99), total(votes=9, on=date(2026, 3, 9)))


def test_without_support_a_paper_comes_after_all_that_have_some() -> None:
    assert total(upvotes=1, on=date(1991, 8, 14)) < total(on=MONDAY) + ranking.UNSUPPORTED
    assert total(on=MONDAY) < total(upvotes=1, on=date(2025, 3, 3))


@pytest.mark.parametrize(
    ("day", "batches_later"),
    [(date(2026, 3, 6), 4), (date(2026, 3, 7), 5), (date(2026, 3, 8), 5), (date(2026, 3, 9), 5)],
    ids=["friday", "saturday", "sunday", "next monday"],
)
def test_a_weekend_counts_as_the_monday_after_it(day: date, batches_later: int) -> None:
    assert ranking.batch_number(day) - ranking.batch_number(MONDAY) == batches_later


@pytest.mark.parametrize(
    ("listed_days_later", "noticed_days_later"),
    [(None, 0), (-3, 0), (0, 0), (4, 4), (30, 30), (90, 30)],
)
def test_a_paper_is_noticed_when_listed_within_a_month(
    listed_days_later: int | None, noticed_days_later: int
) -> None:
    listed = None if listed_days_later is None else MONDAY + timedelta(days=listed_days_later)
    assert ranking.day_noticed(MONDAY, listed) == MONDAY + timedelta(days=noticed_days_later)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 10**6))
def test_more_support_never_ranks_lower(day: date, votes: int) -> None:
    assert total(votes=votes + 1, on=day) > total(votes=votes, on=day)


@given(st.floats(ranking.RISING_LEAST_GAIN, 1e6), st.integers(0, ranking.RISING_OLDEST_BATCHES - 1))
def test_the_same_gain_of_an_older_paper_is_the_greater_rise(gain: float, age: int) -> None:
    assert ranking.rising(gain, age + 1) > ranking.rising(gain, age)


def test_a_gain_that_may_be_chance_is_no_rise() -> None:
    assert ranking.rising(ranking.RISING_LEAST_GAIN - 0.1, 3) == 0


def test_a_paper_of_months_does_not_rise() -> None:
    assert ranking.rising(1000, ranking.RISING_OLDEST_BATCHES + 1) == 0
