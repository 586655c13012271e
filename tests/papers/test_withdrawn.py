"""Where a paper that was withdrawn still is, marked, and where it is no more.

Windows, search, days and lists are tested beside their pages; here is what crosses them.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.digest import candidates, readers
from accounts.digest.choose import choose
from accounts.digest.near import find_near
from papers import trending
from papers.ingest import mark_withdrawn
from papers.models import Paper, Standing
from papers.search.follower import index_now
from readinglists.sharing import key_of, make_link
from tests.factories import make_entry, make_paper, make_reading_list, make_user

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MARK = '<span class="withdrawn">withdrawn</span>'


def withdraw(paper: Paper) -> None:
    assert mark_withdrawn([str(paper.arxiv_id)], at=NOW) == 1


def make_liked() -> Paper:
    paper = make_paper(upvotes=90)
    trending.update([paper.pk], today=DAY)
    return paper


@pytest.mark.django_db
def test_the_best_liked_paper_leaves_the_ranking_when_it_is_withdrawn(client: Client) -> None:
    paper = make_liked()
    assert paper in client.get("/").context["front"].papers
    withdraw(paper)
    assert paper not in client.get("/").context["front"].papers
    assert not Standing.objects.filter(paper=paper)


@pytest.mark.django_db
def test_no_way_into_a_digest_gives_it() -> None:
    paper = make_liked()

    def ways() -> list[bool]:
        span = {"since": DAY - timedelta(days=1), "until": DAY}
        return [
            bool(candidates.trending(**span)),
            bool(candidates.newest(**span)),
            bool(candidates.by_id([paper.pk])),
            bool(candidates.with_signal(DAY)),
        ]

    assert ways() == [True] * 4
    withdraw(paper)
    assert ways() == [False] * 4


@pytest.mark.django_db(transaction=True)
def test_the_index_finds_it_near_a_list_and_the_digest_leaves_it_out(
    settings: Settings, tmp_path: Path
) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    user = make_user()
    saved = make_paper(title="Owls hunting mice", announced_on=DAY - timedelta(days=90))
    make_entry(reading_list=make_reading_list(owner=user), paper=saved)
    close = make_paper(title="How owls hunt mice", announced_on=DAY)
    index_now()
    assert [item.paper for item in choose([user], NOW, find_near)[user.pk].items] == [close.pk]
    withdraw(close)
    index_now()
    (asking,) = readers.read([user], NOW)
    assert [one.paper_id for one in find_near([asking])[user.pk]] == [close.pk]
    assert not choose([user], NOW, find_near)[user.pk].items


@pytest.mark.django_db
def test_a_shared_list_keeps_it_with_its_note_and_marks_it(client: Client) -> None:
    entry = make_entry(paper=make_paper(title="On owls"), note="Read the proof.")
    address = reverse("readinglists:shared", args=[key_of(make_link(entry.reading_list))])
    assert MARK not in client.get(address).content.decode()
    withdraw(entry.paper)
    cache.clear()  # a visitor's page may be a minute old
    page = client.get(address).content.decode()
    assert MARK in page
    assert "On owls" in page
    assert "Read the proof." in page


@pytest.mark.django_db
def test_it_can_still_be_saved_and_voted_for(client: Client) -> None:
    paper = make_paper()
    withdraw(paper)
    client.force_login(make_user())
    client.post(f"/paper/number/{paper.pk}/vote/", {"voted": "1"})
    paper.refresh_from_db()
    assert paper.stats.votes == 1
    assert client.get(f"/lists/add/{paper.pk}/").status_code == 200
