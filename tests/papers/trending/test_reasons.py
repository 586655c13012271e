from datetime import date, timedelta

import pytest

from papers.models import Paper, WindowGain
from papers.trending.reasons import count_in_words, in_words, reasons_of
from papers.windows import TrendingList, Window
from tests.factories import DAY, make_paper


@pytest.mark.parametrize(
    ("days_ago", "words"),
    [
        (0, "+2 votes today"),
        (1, "+2 votes since yesterday"),
        (2, "+2 votes since Saturday"),
        (6, "+2 votes since Tuesday"),
        (7, "+2 votes since 23 February"),
    ],
)
def test_days_are_named_as_people_do(days_ago: int, words: str) -> None:
    gained = WindowGain(votes=2)
    assert in_words(gained, since=DAY - timedelta(days=days_ago), today=DAY) == words


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"votes": 1}, "+1 vote"),
        ({"stars": 41, "votes": 18}, "+41 stars and 18 votes"),
        ({"votes": 18, "upvotes": 41}, "+41 upvotes and 18 votes"),
        (
            {"votes": 1, "saves": 1, "upvotes": 1, "stars": 1, "citations": 1},
            "+1 star, 1 upvote, 1 vote, 1 save and 1 citation",
        ),
    ],
)
def test_the_largest_gain_comes_first(counts: dict[str, int], words: str) -> None:
    assert count_in_words(WindowGain(**counts)) == words


def gain(paper: Paper, window: Window, upvotes: int, since: date) -> None:
    WindowGain.objects.create(paper=paper, span=window, upvotes=upvotes, gain=1.0, since=since)


@pytest.mark.django_db
def test_each_list_is_explained_by_its_window() -> None:
    paper = make_paper(announced_on=DAY - timedelta(days=100))
    for window, upvotes in ((Window.TODAY, 1), (Window.WEEK, 7), (Window.MONTH, 30)):
        gain(paper, window, upvotes, window.first_day(DAY, under_way=True))
    told = {
        ranking.value: reasons_of([paper], ranking, today=DAY)[paper.pk] for ranking in TrendingList
    }
    assert told["now"] == told["rising"] == told["today"] == "+1 upvote since yesterday"
    assert told["week"] == told["all"] == "+7 upvotes since 23 February"
    assert told["month"] == "+30 upvotes since 31 January"


@pytest.mark.django_db
def test_a_new_paper_gains_since_it_was_announced() -> None:
    paper = make_paper(announced_on=DAY - timedelta(days=2))
    gain(paper, Window.WEEK, 7, DAY - timedelta(days=7))
    told = reasons_of([paper], TrendingList.WEEK, today=DAY)
    assert told == {paper.pk: "+7 upvotes since Saturday"}


@pytest.mark.django_db
def test_who_gained_nothing_has_no_reason() -> None:
    assert reasons_of([make_paper()], TrendingList.NOW, today=DAY) == {}
