"""The pages that list most ask the database as often for 18 rows as for 11."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from accounts import feed_keys, tokens
from accounts.digest import ledger
from accounts.digest.items import TRENDING, Item
from accounts.models import Delivery, User
from papers import seen, votes
from papers.api.scopes import Scope
from papers.models import Paper, PaperVersion, SearchEpoch
from papers.search.follower import index_now
from papers.trending import roll
from readinglists import entries, publishing, sharing
from readinglists.models import ReadingList
from tests.factories import (
    DAY,
    make_announcement,
    make_entry,
    make_follow,
    make_match,
    make_member,
    make_paper,
    make_reading_list,
    make_signal,
    make_user,
)

# Enough that the front page's sections hold other papers than its first one.
FEW, MORE = 11, 7
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


class World:
    """Rows of every kind around one reader, more of them with each call of `grow`."""

    def __init__(self) -> None:
        SearchEpoch.objects.get_or_create(pk=1)
        self.reader: User = make_user(is_staff=True, is_superuser=True)
        self.follow = make_follow(user=self.reader, query="cat:cs.LG")
        self.list: ReadingList = make_reading_list(owner=self.reader, title="Of kestrels")
        publishing.publish(self.list)
        self.key = sharing.key_of(sharing.make_link(self.list))
        _row, self.token = tokens.make_token(self.reader, "tests", Scope.values)
        self.papers: list[Paper] = []

    def grow(self, count: int) -> None:
        for _ in range(count):
            self._add_paper()
        roll(now=NOON)
        index_now()

    def _add_paper(self) -> None:
        number = len(self.papers)
        paper = make_paper(title=f"Kestrel {number}", authors=("Ada Moor", f"Writer {number}"))
        self.papers.append(paper)
        make_announcement(paper=paper, on=DAY)
        make_signal(paper, 10 + number, on=DAY)
        PaperVersion.objects.create(paper=paper, version=1, submitted_at=NOON)
        entry = make_entry(reading_list=self.list, paper=paper, note="Why")
        entries.set_tags(entry, ["birds", f"bird {number}"], by=self.reader, seen=entry.version)
        make_match(follow=self.follow, paper=paper)
        votes.set_vote(self.reader, paper, voted=True, now=NOON)
        seen.set_seen(self.reader, [paper.pk], seen=bool(number % 2))
        other = make_reading_list(owner=self.reader, title=f"List {number}")
        make_entry(reading_list=other, paper=paper)
        publishing.publish(other)
        sharing.make_link(self.list)
        make_member(reading_list=self.list)
        make_follow(user=self.reader, query=f"owl {number}")
        self._add_issue(number)

    def _add_issue(self, number: int) -> None:
        items = [Item(p.pk, TRENDING, "9 upvotes", n + 1) for n, p in enumerate(self.papers)]
        ledger.new_delivery(
            self.reader,
            local_date=DAY - timedelta(days=number),
            due_at=NOON,
            state=Delivery.State.SENT,
            finished_at=NOON,
            items=[item.as_json() for item in items],
        ).save()


def pages_for_all(world: World) -> list[str]:
    paper, list_pk = world.papers[0].arxiv_id, world.list.pk
    return [
        reverse("papers:home"),
        reverse("papers:days"),
        reverse("papers:trending", args=["now"]),
        reverse("papers:trending", args=["all"]),
        reverse("papers:trending_in", args=["all", "cs.LG"]),
        reverse("papers:trending_feed", args=["all", "atom"]),
        reverse("papers:new"),
        reverse("papers:new_in_category", args=["cs.LG"]),
        reverse("papers:category_feed", args=["cs.LG", "json"]),
        reverse("papers:paper", args=[paper]),
        reverse("papers:author", args=["Ada Moor"]),
        reverse("papers:author_feed", args=["Ada Moor", "atom"]),
        reverse("papers:search") + "?q=kestrel",
        reverse("papers:suggest") + "?q=kest",
        reverse("papers:search_atom") + "?q=kestrel",
        reverse("papers:search_file", args=["bib"]) + "?q=kestrel",
        reverse("papers:status"),
        reverse("readinglists:public_lists"),
        reverse("readinglists:public_list", args=[list_pk]),
        reverse("readinglists:shared", args=[world.key]),
        reverse("readinglists:shared_file", args=[world.key, "bib"]),
        reverse("accounts:follow_feed", args=[feed_keys.key_of(world.follow), "atom"]),
    ]


def pages_for_readers(world: World) -> list[str]:
    list_pk = world.list.pk
    return [
        reverse("papers:new_in_mine"),
        reverse("papers:sources"),
        reverse("accounts:near"),
        reverse("accounts:follows"),
        reverse("accounts:follow_page", args=[world.follow.pk]),
        reverse("accounts:issues"),
        reverse("accounts:preview"),
        reverse("accounts:issue", args=[DAY]),
        reverse("accounts:settings"),
        reverse("accounts:operate"),
        reverse("readinglists:lists"),
        reverse("readinglists:list", args=[list_pk]),
        reverse("readinglists:list", args=[list_pk]) + "?tag=birds",
        reverse("readinglists:list_file", args=[list_pk, "bib"]),
        reverse("readinglists:sharing", args=[list_pk]),
        reverse("readinglists:people", args=[list_pk]),
        reverse("readinglists:history", args=[list_pk]),
        reverse("readinglists:more_like", args=[list_pk]),
        reverse("readinglists:add", args=[world.papers[0].pk]),
    ]


def pages_of_the_api(world: World) -> list[str]:
    list_pk = world.list.pk
    asked = [
        "search?q=kestrel",
        "trending",
        "new?category=cs.LG",
        f"papers/{world.papers[0].pk}/related",
        "lists",
        f"lists/{list_pk}/entries",
        f"lists/{list_pk}/links",
        f"lists/{list_pk}/history",
        "public-lists",
        f"public-lists/{list_pk}/entries",
        "follows",
        f"follows/{world.follow.pk}/papers",
    ]
    return [f"/api/v1/{each}" for each in asked]


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> Iterator[World]:
    settings.SEARCH_INDEX = tmp_path / "index"
    with time_machine.travel(NOON, tick=False):
        made = World()
        made.grow(FEW)
        yield made


def counts(client: Client, addresses: list[str], **headers: str) -> dict[str, int]:
    """How many queries each takes once what is kept in memory has been read."""
    found = {}
    for address in addresses:
        client.get(address, headers=headers)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address, headers=headers)
            b"".join(response)
        assert response.status_code == 200, address
        found[address] = len(queries)
    return found


def test_a_visitors_page_takes_as_many_queries_for_more_rows(world: World) -> None:
    few = counts(Client(), pages_for_all(world))
    world.grow(MORE)
    assert counts(Client(), pages_for_all(world)) == few


def test_a_readers_page_takes_as_many_queries_for_more_rows(world: World) -> None:
    client = Client()
    client.force_login(world.reader)
    addresses = pages_for_all(world) + pages_for_readers(world)
    few = counts(client, addresses)
    world.grow(MORE)
    assert counts(client, addresses) == few


def test_an_answer_of_the_api_takes_as_many_queries_for_more_rows(world: World) -> None:
    client, addresses = Client(), pages_of_the_api(world)
    token = {"Authorization": f"Bearer {world.token}"}
    few = counts(client, addresses, **token)
    world.grow(MORE)
    assert counts(client, addresses, **token) == few
