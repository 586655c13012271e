"""Searches that very many papers match."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.matching import bounds, seeding
from accounts.matching.arrivals import Outcome, recheck
from accounts.models import Follow, QueryMatch, StandingQuery
from papers.search.follower import index_now
from tests.factories import make_follow, make_match, make_paper

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.now(UTC)
TODAY = NOW.date()
MatchAll = Callable[[datetime], Outcome]


@pytest.fixture(autouse=True)
def three_are_kept(match_all: MatchAll, monkeypatch: pytest.MonkeyPatch) -> None:
    match_all(NOW)
    monkeypatch.setattr(bounds, "MOST_KEPT", 3)
    monkeypatch.setattr(seeding, "MOST_PAPERS", 4)


def make_papers(*days_ago: int, title: str = "Kestrels") -> None:
    for number in days_ago:
        make_paper(title=title, announced_on=TODAY - timedelta(days=number))


def days_kept() -> list[int]:
    days = QueryMatch.objects.values_list("paper__announced_on", flat=True)
    return sorted((TODAY - day).days for day in days if day)


def test_the_newest_whole_days_are_kept() -> None:
    make_papers(0, 1, 2, 2, 3, 4)
    make_follow()
    recheck(now=NOW)
    assert days_kept() == [0, 1]
    assert StandingQuery.objects.get().kept_since == TODAY - timedelta(days=1)


def test_what_is_forgotten_does_not_come_back_as_new() -> None:
    make_papers(0, 1, 2, 2)
    make_follow()
    recheck(now=NOW)
    recheck(now=NOW + timedelta(days=1))
    assert days_kept() == [0, 1]
    make_papers(0, 2)
    recheck(now=NOW + timedelta(days=2))
    assert days_kept() == [0, 0, 1]


def test_of_a_single_day_all_are_kept() -> None:
    make_papers(5, 5, 5, 5, 5)
    make_follow()
    recheck(now=NOW)
    assert days_kept() == [5] * 5


def test_a_search_just_followed_is_bounded_at_once() -> None:
    make_papers(0, 1, 2, 3, 4, 5)
    index_now()
    make_follow()
    assert seeding.seed(now=NOW) == 1
    assert days_kept() == [0, 1, 2]


def test_other_searches_keep_all() -> None:
    make_papers(0, 1, 2, 3)
    make_papers(4, title="An owl and kestrels")
    make_follow()
    make_follow(query="owl")
    recheck(now=NOW)
    assert StandingQuery.objects.get(text="owl").kept_since is None
    assert QueryMatch.objects.filter(standing__text="owl").count() == 1


def open_pages(client: Client, follow: Follow) -> list[str]:
    client.force_login(follow.user)
    addresses = ("/follows/", f"/follows/{follow.pk}/")
    return [client.get(address).content.decode() for address in addresses]


def test_the_reader_is_told_from_which_day_on(client: Client) -> None:
    make_papers(0, 1, 2, 3, 4)
    follow = make_follow()
    recheck(now=NOW)
    for page in open_pages(client, follow):
        assert "so many match that older ones are" in page


def test_the_page_leads_to_the_papers_of_any_day(client: Client) -> None:
    follow = make_follow(query="kestrel cat:cs.CL")
    make_match(follow=follow, paper=make_paper(announced_on=TODAY))
    _listed, page = open_pages(client, follow)
    assert "Papers of the last 30 days that match" in page
    assert "/search/?q=kestrel+cat%3Acs.CL+sort%3Anew" in page
