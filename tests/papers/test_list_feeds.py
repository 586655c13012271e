import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from lxml import etree

from papers.views import feeds_out, list_feeds
from tests.factories import DAY, make_announcement, make_paper

pytestmark = pytest.mark.django_db


def titles(client: Client, address: str) -> list[str]:
    return [item["title"] for item in json.loads(client.get(address).content)["items"]]


def test_a_category_tells_its_newest_papers_first(client: Client) -> None:
    for title, days in (("Old", 2), ("New", 0)):
        make_announcement(paper=make_paper(title=title), on=DAY - timedelta(days=days))
    make_announcement(paper=make_paper(title="Replaced"), kind="replace")
    make_announcement(paper=make_paper(title="Elsewhere"), category="cs.CV")
    make_announcement(paper=make_paper(title="Gone", withdrawn_at=datetime.now(UTC)))
    assert titles(client, "/new/cs.LG/feed.json") == ["New", "Old"]


def test_a_category_tells_its_whole_newest_day(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds_out, "MOST_IN_A_FEED", 2)
    for _ in range(3):
        make_announcement(paper=make_paper(title="New"))
    make_announcement(paper=make_paper(title="Old"), on=DAY - timedelta(days=1))
    assert titles(client, "/new/cs.LG/feed.json") == ["New"] * 3
    monkeypatch.setattr(list_feeds, "MOST_OF_A_DAY", 2)
    assert len(titles(client, "/new/cs.LG/feed.json")) == 2


def test_a_trending_feed_is_in_the_order_of_its_list(client: Client) -> None:
    for title, upvotes in (("Little", 3), ("Much", 90), ("Some", 20)):
        make_paper(title=title, upvotes=upvotes, popularity=upvotes)
    assert titles(client, "/trending/all/feed.json") == ["Much", "Some", "Little"]
    assert titles(client, "/trending/all/cs.LG/feed.json") == ["Much", "Some", "Little"]


def test_each_feed_has_an_id_of_its_own_and_papers_keep_theirs(client: Client) -> None:
    make_announcement(paper=make_paper(popularity=1, upvotes=1))
    addresses = ["/new/cs.LG/feed.atom", "/trending/all/feed.atom", "/trending/all/cs.LG/feed.atom"]
    roots = [etree.fromstring(client.get(address).content) for address in addresses]
    name = "{http://www.w3.org/2005/Atom}"
    assert len({root.findtext(f"{name}id") for root in roots}) == 3
    assert len({root.findtext(f"{name}entry/{name}id") for root in roots}) == 1


ADDRESSES = [
    f"{place}feed.{ending}"
    for place in ("/new/cs.LG/", "/trending/now/", "/trending/week/cs.LG/")
    for ending in ("atom", "json")
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_has_it_already_is_told_so(client: Client, address: str) -> None:
    make_announcement(paper=make_paper(score=2, upvotes=1))
    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first["Cache-Control"] == "public, max-age=900"


def test_a_new_order_of_old_papers_is_a_new_answer(client: Client) -> None:
    make_paper(popularity=1, upvotes=1)
    assert "Last-Modified" not in client.get("/trending/all/feed.atom")


@pytest.mark.parametrize(
    "address",
    ["/new/cs.XX/feed.atom", "/trending/now/cs.XX/feed.json", "/trending/now/mine/feed.atom"],
)
def test_there_is_no_feed_of_what_is_not_here(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_reading_is_allowed(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", ["/new/cs.LG/", "/", "/trending/week/cs.LG/"])
def test_pages_name_their_feeds(client: Client, address: str) -> None:
    make_announcement(paper=make_paper(score=2, upvotes=1))
    page = client.get(address).content.decode()
    place = {"/": "/trending/now/"}.get(address, address)
    for ending, kind in (("atom", "atom+xml"), ("json", "feed+json")):
        link = f'<link rel="alternate" type="application/{kind}" href="{place}feed.{ending}"'
        assert link in page
        assert f'<a href="{place}feed.{ending}"' in page


def test_more_papers_cost_no_more_queries(
    client: Client, django_assert_num_queries: object
) -> None:
    for _ in range(12):
        make_announcement(paper=make_paper())
    with django_assert_num_queries(5):  # type: ignore[operator]
        client.get("/new/cs.LG/feed.atom")
