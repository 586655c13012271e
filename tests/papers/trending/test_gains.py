from datetime import UTC, date, datetime, timedelta

import pytest

from papers import counts, trending
from papers.models import Paper, PaperStats, Signal, TrendingDay, TrendingPlace, WindowGain
from papers.trending import gains
from papers.windows import Window
from tests.factories import DAY, make_paper, make_signal

pytestmark = pytest.mark.django_db

STARS, UPVOTES, VOTES = Signal.Kind.GITHUB_STARS, Signal.Kind.HF_UPVOTES, Signal.Kind.VOTES


def days_ago(days: int) -> date:
    return DAY - timedelta(days=days)


def tell(paper: Paper, kind: Signal.Kind, values: dict[int, int]) -> None:
    """Snapshots by how many days ago they were seen."""
    for days, value in values.items():
        Signal.objects.create(paper=paper, kind=kind, observed_on=days_ago(days), value=value)


def gained(paper: Paper, window: Window = Window.TODAY, *, today: date = DAY) -> WindowGain:
    gains.write_gains([paper.pk], today=today)
    return WindowGain.objects.filter(paper=paper, span=window).first() or WindowGain()


def make_old_paper(days: int = 60) -> Paper:
    return make_paper(announced_on=days_ago(days))


def test_a_gain_is_the_difference_of_two_snapshots() -> None:
    paper = make_old_paper()
    tell(paper, UPVOTES, {1: 10, 0: 14})
    assert gained(paper).upvotes == 4 + 0  # the first ten came over two months


def test_a_week_and_a_month_reach_further_back() -> None:
    paper = make_old_paper()
    tell(paper, STARS, {31: 5, 20: 105, 6: 105, 2: 125})
    week, month = gained(paper, Window.WEEK), gained(paper, Window.MONTH)
    assert (week.stars, month.stars) == (20, 120)


def test_the_first_count_of_stars_is_no_gain() -> None:
    paper = make_paper()
    tell(paper, STARS, {0: 30_000})
    assert gained(paper).gain == 0


def test_the_first_upvotes_of_a_new_paper_are_a_gain() -> None:
    paper = make_paper(announced_on=DAY)
    tell(paper, UPVOTES, {0: 30})
    assert gained(paper).upvotes == 30


def test_upvotes_first_seen_late_are_spread_since_the_paper_was_noticed() -> None:
    paper = make_paper(announced_on=days_ago(99))
    tell(paper, UPVOTES, {0: 500})
    assert gained(paper, Window.TODAY).upvotes == 10  # two days of a hundred


def test_a_gap_of_snapshots_makes_no_jump() -> None:
    paper = make_old_paper()
    tell(paper, STARS, {20: 0, 0: 200})
    assert gained(paper).stars == 20  # yesterday and today, of twenty days


def test_a_number_not_seen_for_four_months_is_no_gain_at_once() -> None:
    paper = make_old_paper(400)
    tell(paper, STARS, {300: 0, 0: 900})
    assert gained(paper, Window.MONTH).stars == 0


def test_votes_are_known_day_by_day() -> None:
    paper = make_old_paper()
    tell(paper, VOTES, {20: 1, 0: 4})
    assert gained(paper).votes == 3


def test_what_falls_is_nothing_gained() -> None:
    paper = make_old_paper()
    tell(paper, STARS, {1: 900, 0: 20})
    assert gained(paper).stars == 0


def test_what_fell_and_came_back_is_no_gain() -> None:
    paper = make_old_paper()
    tell(paper, STARS, {8: 900, 3: 500, 1: 900})
    assert gained(paper, Window.WEEK).stars == 0


def test_snapshots_of_days_to_come_do_not_count() -> None:
    paper = make_old_paper()
    tell(paper, STARS, {1: 10, -400: 9_000})
    assert gained(paper).stars == 0


def test_the_gain_is_the_weighted_sum_of_the_whole_numbers_shown() -> None:
    paper = make_old_paper()
    tell(paper, UPVOTES, {1: 10, 0: 14})
    tell(paper, VOTES, {0: 2})
    tell(paper, STARS, {1: 100, 0: 130})
    assert gained(paper).gain == pytest.approx(2 + 0.5 * 4 + 0.1 * 30)


def test_a_window_that_moved_on_loses_what_was_before_it() -> None:
    paper = make_old_paper()
    tell(paper, VOTES, {0: 4})
    assert gained(paper).votes == 4
    assert gained(paper, today=DAY + timedelta(days=2)).gain == 0
    assert not WindowGain.objects.filter(paper=paper, span=Window.TODAY).exists()


def test_writing_again_writes_no_row() -> None:
    paper = make_old_paper()
    tell(paper, VOTES, {0: 4})
    gained(paper)
    before = list(WindowGain.objects.filter(paper=paper).values())
    gained(paper)
    assert list(WindowGain.objects.filter(paper=paper).values()) == before


def test_a_source_that_counts_is_followed_by_the_gain_at_once() -> None:
    paper = make_old_paper()
    make_signal(paper, 10, on=days_ago(1))
    make_signal(paper, 30)
    assert WindowGain.objects.get(paper=paper, span=Window.TODAY).upvotes == 20


def test_a_vote_is_a_snapshot_and_a_gain() -> None:

    paper = make_old_paper()
    counts.change_own("votes", {paper.pk: 1}, now=datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert Signal.objects.get(paper=paper, kind=VOTES).value == 1
    assert WindowGain.objects.get(paper=paper, span=Window.TODAY).votes == 1
    assert PaperStats.objects.get(paper=paper).votes == 1


def test_late_snapshots_tell_how_much_belongs_to_a_past_day() -> None:
    paper = make_old_paper()
    tell(paper, STARS, {4: 0, 0: 40})
    trending.update([paper.pk], today=DAY)

    day = TrendingDay.objects.create(day=days_ago(2))
    gains.write_best_of(day.day, known=DAY, most=10)
    assert TrendingPlace.objects.get(day=day, span=Window.TODAY).stars == 10


def test_stars_that_fall_to_nothing_and_come_back_are_no_gain() -> None:
    paper = make_old_paper()
    tell(paper, STARS, {5: 30_000, 1: 0, 0: 30_000})
    assert gained(paper).stars == 0


def test_a_vote_after_half_a_year_of_silence_is_a_gain() -> None:
    paper = make_old_paper(400)
    tell(paper, VOTES, {200: 5, 0: 6})
    assert gained(paper).votes == 1


def test_an_old_paper_listed_today_gains_since_today() -> None:
    paper = make_paper(announced_on=days_ago(700))
    PaperStats.objects.filter(paper=paper).update(listed_on=DAY)
    tell(paper, UPVOTES, {0: 200})
    assert gained(paper).upvotes == 200
