from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.matching import lag, seeding
from accounts.matching.arrivals import Outcome
from accounts.matching.lag import Lag, read_lag
from papers.search.follower import index_now
from tests.factories import make_follow, make_paper

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.now(UTC)
TODAY = NOW.date()
MatchAll = Callable[[datetime], Outcome]


def test_where_nobody_follows_nothing_waits() -> None:
    make_paper(announced_on=TODAY)
    assert read_lag(now=NOW) == Lag(0)


def test_what_came_and_what_was_just_followed_wait(match_all: MatchAll) -> None:
    match_all(NOW)
    index_now()
    make_follow(query="kestrel")
    make_follow(query="owl")
    make_paper(announced_on=TODAY)
    make_paper(announced_on=TODAY - timedelta(days=31))
    assert read_lag(now=NOW) == Lag(2, papers=1, searches=2)
    match_all(NOW)
    assert read_lag(now=NOW) == Lag(2, papers=0, searches=2)
    index_now()
    seeding.seed(now=NOW)
    assert read_lag(now=NOW) == Lag(2)


def test_very_many_are_counted_no_further(
    match_all: MatchAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    match_all(NOW)
    monkeypatch.setattr(lag, "MOST_COUNTED", 2)
    make_follow()
    for _paper in range(3):
        make_paper(announced_on=TODAY)
    assert read_lag(now=NOW).papers == 2
    assert read_lag(now=NOW).is_far_behind


def test_the_status_page_says_it(client: Client, match_all: MatchAll) -> None:
    assert "Nobody follows a search yet." in client.get("/status/").content.decode()
    match_all(NOW)
    make_follow()
    make_paper(announced_on=TODAY)
    page = client.get("/status/").content.decode()
    assert "1 new or changed paper waits to be matched" in page
    assert "1 just followed waits" in page
