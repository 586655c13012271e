from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from papers import counts, ranking, trending
from papers.models import (
    Paper,
    PaperStats,
    RankingState,
    Signal,
    Standing,
    TrendingDay,
    TrendingPlace,
    WeightChange,
)
from papers.tasks import follow_trending
from papers.trending import rolling
from papers.windows import Window
from tests.factories import DAY, make_paper, make_signal

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def moment(days_later: int) -> datetime:
    return NOW + timedelta(days=days_later)


def listed(ranking: str) -> list[int]:
    rows = Standing.objects.filter(ranking=ranking, category="").order_by("-value", "-paper_id")
    return list(rows.values_list("paper_id", flat=True))


def places(day: date, span: Window = Window.TODAY) -> list[int]:
    rows = TrendingPlace.objects.filter(day=day, span=span).order_by("rank")
    return list(rows.values_list("paper_id", flat=True))


def make_liked(upvotes: int, *, on: date = DAY) -> Paper:
    paper = make_paper(announced_on=on)
    make_signal(paper, upvotes, on=on)
    return paper


def test_a_day_later_the_day_before_is_kept() -> None:
    less, more = make_liked(3), make_liked(9)
    assert trending.roll(now=moment(1)) == 1
    assert places(DAY) == [more.pk, less.pk]


@pytest.mark.parametrize("has_numbers", [True, False])
def test_on_its_first_day_a_site_keeps_the_day_before(has_numbers: bool) -> None:
    if has_numbers:
        make_liked(3)
    assert trending.roll(now=NOW) == 1
    assert trending.roll(now=NOW) == 0


def test_it_is_done_once_a_day() -> None:
    make_liked(3)
    trending.roll(now=moment(1))
    assert trending.roll(now=moment(1)) == 0


def test_what_is_over_leaves_the_lists() -> None:
    paper = make_liked(9)
    trending.roll(now=moment(1))
    assert listed("today") == listed("week") == [paper.pk]
    trending.roll(now=moment(2))
    assert (listed("today"), listed("week")) == ([], [paper.pk])
    trending.roll(now=moment(31))
    assert (listed("month"), listed("all")) == ([], [paper.pk])


def test_what_was_noticed_three_months_before_the_newest_is_not_trending_now() -> None:
    old = make_liked(9)
    make_paper(announced_on=DAY + timedelta(days=90))
    trending.roll(now=moment(90))
    assert old.pk not in listed("now")
    assert listed("all") == [old.pk]


def test_a_day_is_final_after_two_more() -> None:
    paper = make_liked(9)
    for days in (1, 2):
        trending.roll(now=moment(days))
        assert TrendingDay.objects.get(day=DAY).settled_at is None
    trending.roll(now=moment(3))
    assert TrendingDay.objects.get(day=DAY).settled_at == moment(3)
    Signal.objects.filter(paper=paper).delete()
    trending.roll(now=moment(4))
    assert places(DAY) == [paper.pk]


def test_days_on_which_the_site_was_away_are_made_afterwards() -> None:
    paper = make_liked(9)
    assert trending.roll(now=moment(10)) == 10
    assert places(DAY + timedelta(days=6), Window.WEEK) == [paper.pk]
    assert places(DAY + timedelta(days=7), Window.WEEK) == []


def test_a_clock_that_is_set_back_moves_the_windows_back() -> None:
    paper = make_liked(9)
    trending.follow(now=moment(200))
    assert listed("today") == []
    trending.follow(now=moment(1))
    assert listed("today") == [paper.pk]


def test_a_clock_that_is_set_back_takes_no_past_day_away() -> None:
    paper = make_liked(9)
    trending.follow(now=moment(10))
    kept = TrendingDay.objects.count()
    trending.follow(now=moment(-300))
    assert TrendingDay.objects.count() >= kept
    assert places(DAY) == [paper.pk]


def test_a_day_that_a_clock_ahead_made_final_is_made_again() -> None:
    paper = make_liked(9)
    trending.follow(now=moment(200))
    make_signal(paper, 20, on=DAY + timedelta(days=1))
    trending.follow(now=moment(2))
    assert places(DAY + timedelta(days=1)) == [paper.pk]


def test_a_document_stored_late_leaves_the_windows_where_they_are() -> None:
    paper = make_paper(announced_on=DAY - timedelta(days=30))
    trending.follow(now=moment(3))
    counts.change_own("votes", {paper.pk: 1}, now=moment(3))
    make_signal(paper, 4, on=DAY)
    assert listed("today") == [paper.pk]


def test_other_weights_make_no_paper_rise() -> None:
    paper = make_liked(9)
    WeightChange.objects.create(reason="Upvotes", upvote=50)
    trending.follow(now=NOW)
    stats = PaperStats.objects.get(paper=paper)
    assert (stats.risen_on, stats.risen_step > 2) == (None, True)


def test_numbers_read_by_a_clock_that_was_ahead_do_not_stay_the_newest() -> None:
    paper = make_liked(9)
    make_signal(paper, 5_000, on=DAY + timedelta(days=900))
    make_signal(paper, 12, on=DAY + timedelta(days=1))
    assert PaperStats.objects.get(paper=paper).upvotes == 12


def test_other_weights_rank_everything_anew_and_are_noted() -> None:
    starred, liked = make_paper(), make_paper()
    make_signal(starred, 0, on=DAY - timedelta(days=1), kind=Signal.Kind.GITHUB_STARS)
    make_signal(starred, 100, kind=Signal.Kind.GITHUB_STARS)
    make_signal(liked, 10)
    trending.follow(now=NOW)
    assert listed("now") == [starred.pk, liked.pk]
    change = WeightChange.objects.create(reason="Stars are bought", star=0)
    trending.follow(now=NOW)
    assert listed("now") == [liked.pk, starred.pk]
    assert listed("today") == [liked.pk]
    assert RankingState.objects.get().weights == change


def test_a_past_day_keeps_the_weights_that_were_in_force_on_it() -> None:
    paper = make_liked(9)
    trending.roll(now=moment(1))
    change = WeightChange.objects.create(reason="Votes only", upvote=0)
    WeightChange.objects.filter(pk=change.pk).update(changed_at=moment(1))
    trending.follow(now=moment(1))
    trending.roll(now=moment(2))
    assert places(DAY) == [paper.pk]
    assert places(DAY + timedelta(days=1), Window.WEEK) == []


def test_another_formula_ranks_everything_anew() -> None:
    paper = make_liked(9)
    trending.follow(now=NOW)
    Standing.objects.all().delete()
    RankingState.objects.update(formula_version=1)
    trending.follow(now=NOW)
    assert listed("now") == [paper.pk]


def test_following_again_computes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    make_liked(9)
    trending.follow(now=NOW)
    monkeypatch.setattr(rolling, "_recomputed", lambda **_: pytest.fail("computed again"))
    trending.follow(now=NOW)


def test_recomputing_goes_through_papers_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    papers = [make_liked(9 - number) for number in range(5)]
    Standing.objects.all().delete()
    monkeypatch.setattr(rolling, "CHUNK", 2)
    trending.recompute(today=DAY)
    assert listed("now") == [paper.pk for paper in papers]


class Rounds:
    """A monotonic clock that moves on at each look; a round has no time at all by it."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def short_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each round ends after its first step."""
    monkeypatch.setattr(rolling, "time", Rounds())
    monkeypatch.setattr(rolling, "ROUND_SECONDS", 0.5)


@pytest.mark.usefixtures("short_rounds")
def test_a_long_computing_goes_on_where_the_last_round_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rolling, "CHUNK", 2)
    papers = [make_liked(9 - number) for number in range(5)]
    Standing.objects.all().delete()
    for done in (2, 4):
        trending.follow(now=NOW)
        assert listed("now") == [paper.pk for paper in papers[:done]]
        assert RankingState.objects.get().formula_version == 0
    trending.follow(now=NOW)
    trending.follow(now=NOW)
    assert listed("now") == [paper.pk for paper in papers]
    state = RankingState.objects.get()
    assert (state.formula_version, state.recomputed_to) == (ranking.FORMULA_VERSION, None)


@pytest.mark.usefixtures("short_rounds")
def test_weights_changed_meanwhile_begin_it_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolling, "CHUNK", 1)
    first, _second = make_liked(9), make_liked(8)
    trending.follow(now=NOW)
    WeightChange.objects.create(reason="Votes only", upvote=0)
    trending.follow(now=NOW)
    assert RankingState.objects.get().recomputed_to == first.pk


@pytest.mark.usefixtures("short_rounds")
def test_days_that_take_long_are_stored_in_several_rounds() -> None:
    paper = make_liked(9)
    trending.follow(now=NOW)
    trending.follow(now=moment(4))
    assert list(TrendingDay.objects.values_list("day", flat=True)) == [DAY]
    trending.follow(now=moment(4))
    assert not RankingState.objects.filter(rolled_on=moment(4).date()).exists()
    # Those that are not final are stored together: else each round would begin with them again.
    trending.follow(now=moment(4))
    assert RankingState.objects.get().rolled_on == moment(4).date()
    assert TrendingDay.objects.count() == 4
    assert places(DAY) == [paper.pk]


def test_of_two_processes_one_follows() -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('papers.trending'))")
            trending.follow(now=NOW)
            assert not RankingState.objects.exists()
            # Closing alone would give it back a moment later.
            cursor.execute("SELECT pg_advisory_unlock(hashtext('papers.trending'))")
    finally:
        other.close()
    trending.follow(now=NOW)
    assert RankingState.objects.exists()


def test_the_task_may_run_twice() -> None:
    make_liked(9)
    follow_trending()
    before = list(Standing.objects.order_by("pk").values())
    follow_trending()
    assert list(Standing.objects.order_by("pk").values()) == before
