import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers import ranking
from papers.models import PaperStats
from tests.factories import make_paper

MONDAY = date(2026, 3, 2)


def score_of(
    *, votes: int = 0, upvotes: int = 0, stars: int = 0, on: date = MONDAY
) -> ranking.Score:
    return ranking.score(votes=votes, upvotes=upvotes, stars=stars, announced_on=on)


def test_a_vote_weighs_as_much_as_two_upvotes() -> None:
    assert score_of(votes=3).total == score_of(upvotes=6).total


def test_numbers_that_no_source_gave_add_nothing() -> None:
    unknown = ranking.score(votes=0, upvotes=None, stars=None, announced_on=MONDAY)
    assert unknown.popularity == 0


def test_a_week_of_newness_weighs_as_much_as_ten_times_the_support() -> None:
    older = score_of(votes=99)
    newer = score_of(votes=9, on=date(2026, 3, 9))
    assert math.isclose(older.total, newer.total)


@pytest.mark.parametrize(
    ("day", "batches_later"),
    [(date(2026, 3, 6), 4), (date(2026, 3, 7), 5), (date(2026, 3, 8), 5), (date(2026, 3, 9), 5)],
    ids=["friday", "saturday", "sunday", "next monday"],
)
def test_a_weekend_counts_as_the_monday_after_it(day: date, batches_later: int) -> None:
    assert ranking.batch_number(day) - ranking.batch_number(MONDAY) == batches_later


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 10**6))
def test_more_support_never_ranks_lower(day: date, votes: int) -> None:
    assert score_of(votes=votes + 1, on=day).total > score_of(votes=votes, on=day).total


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("votes", "upvotes", "stars", "day"),
    [
        (0, None, None, date(2026, 3, 7)),
        (5, 80, 12_000, date(2024, 2, 29)),
        (1, None, 3, date(1991, 8, 14)),
    ],
)
def test_postgres_computes_the_same_score(
    votes: int, upvotes: int | None, stars: int | None, day: date
) -> None:
    paper = make_paper(announced_on=day, votes=votes, upvotes=upvotes, stars=stars)
    ranking.rerank(today=MONDAY)
    stats = PaperStats.objects.get(paper=paper)
    expected = ranking.score(votes=votes, upvotes=upvotes, stars=stars, announced_on=day)
    assert stats.popularity == pytest.approx(expected.popularity)
    assert stats.newness == pytest.approx(expected.newness)
    assert stats.score == pytest.approx(expected.total)


@pytest.mark.django_db
def test_a_paper_without_a_date_is_dated_by_the_month_in_its_id() -> None:
    paper = make_paper(arxiv_id="2603.00141", announced_on=None)
    ranking.rerank(today=MONDAY)
    first_of_month = ranking.batch_number(date(2026, 3, 1)) / ranking.BATCHES_PER_TENFOLD
    assert PaperStats.objects.get(paper=paper).newness == pytest.approx(first_of_month)


@pytest.mark.django_db
def test_ranking_again_writes_no_row() -> None:
    make_paper(upvotes=12)
    ranking.rerank(today=MONDAY)
    assert ranking.rerank(today=MONDAY) == 0


@pytest.mark.django_db
def test_a_paper_rises_on_the_day_its_popularity_reaches_a_new_step() -> None:
    paper = make_paper(upvotes=4)
    ranking.rerank(today=MONDAY)
    PaperStats.objects.filter(paper=paper).update(upvotes=40)
    ranking.rerank(today=date(2026, 3, 5))
    PaperStats.objects.filter(paper=paper).update(upvotes=41)
    ranking.rerank(today=date(2026, 3, 6))
    assert PaperStats.objects.get(paper=paper).risen_on == date(2026, 3, 5)


@pytest.mark.django_db
def test_only_the_papers_named_are_ranked() -> None:
    named, other = make_paper(upvotes=9), make_paper(upvotes=9)
    ranking.rerank(today=MONDAY, paper_ids=[named.pk])
    scores = dict(PaperStats.objects.values_list("paper_id", "popularity"))
    assert scores[named.pk] > scores[other.pk] == 0
