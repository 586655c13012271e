"""The page of the authors of one name, and its feeds."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from pytest_django import Settings

from papers.search.follower import index_now
from papers.seen import set_seen
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/author/Ada%20Moor/"


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


def make_papers(number: int) -> None:
    for days in range(number):
        day = date(2026, 3, 2) - timedelta(days=days)
        make_paper(title=f"Paper {days}.", authors=("Ada Moor", "Bo Sol"), announced_on=day)
    index_now()


def words_of(client: Client, address: str = PAGE) -> str:
    return " ".join(strip_tags(client.get(address).content.decode()).split())


def test_it_counts_papers_coauthors_categories_and_months(client: Client) -> None:
    make_papers(3)
    make_paper(title="Not hers", authors=("Ada Oak", "Cy Pine"))
    index_now()
    page = words_of(client)
    assert "3 papers here name an author so. Names are not unique" in page
    assert "Often with Bo Sol 3" in page
    assert "In cs.LG 3" in page
    row = '<th scope="row">March 2026</th><td>2</td>'
    assert row in client.get(PAGE).content.decode()
    assert "Not hers" not in page


def test_nothing_of_it_is_styled_inline(client: Client) -> None:
    make_papers(3)
    page = client.get(PAGE).content.decode()
    assert "<svg" in page
    assert "style=" not in page


def test_pages_go_on_by_a_key_without_end(client: Client) -> None:
    make_papers(21)
    first = client.get(PAGE)
    rest = client.get(PAGE, {"after": first.context["next"]})
    assert [paper.title for paper in rest.context["papers_here"]] == ["Paper 20."]
    assert rest.context["known"] is None
    assert rest.context["next"] == ""


def test_a_damaged_key_is_the_first_page(client: Client) -> None:
    make_papers(1)
    assert "Paper 0." in words_of(client, f"{PAGE}?after=nonsense")


@pytest.mark.parametrize("name", ["Nobody Here", "...", "1%201", "-", "%22%22", "%00", "a" * 201])
def test_a_name_that_no_paper_has_is_not_found(client: Client, name: str) -> None:
    make_papers(1)
    assert client.get(f"/author/{name}/").status_code == 404
    assert client.get(f"/author/{name}/feed.atom").status_code == 404


def test_spaces_too_many_lead_to_the_page(client: Client) -> None:
    assert client.get("/author/Ada%20%20Moor/").headers["Location"] == PAGE


def test_before_the_index_is_there_it_says_so(client: Client) -> None:
    answer = client.get(PAGE)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert client.get(f"{PAGE}feed.json").status_code == 503


def test_it_only_reads(client: Client) -> None:
    assert client.post(PAGE).status_code == 405
    assert client.post(f"{PAGE}feed.atom").status_code == 405


def test_visitors_get_no_cookie_and_a_way_to_follow(client: Client) -> None:
    make_papers(1)
    answer = client.get(PAGE)
    assert not answer.cookies
    assert "/follows/follow/?q=au%3A%22Ada%20Moor%22" in answer.content.decode()


def test_who_hides_what_they_saw_does_not_see_it_here(client: Client) -> None:
    make_papers(2)
    reader = make_user()
    client.force_login(reader)
    seen = client.get(PAGE).context["papers_here"][0]
    set_seen(reader, [seen.pk], seen=True)
    client.post("/seen/hide/", {"hidden": "1"})
    answer = client.get(PAGE)
    assert [paper.title for paper in answer.context["papers_here"]] == ["Paper 1."]
    assert answer.context["known"].papers == 2


def test_more_papers_cost_no_more_queries(client: Client) -> None:
    counts = []
    for number in (2, 18):
        make_papers(number)
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_newest_papers_are_a_feed(client: Client) -> None:
    make_papers(2)
    feed = json.loads(client.get(f"{PAGE}feed.json").content)
    assert [item["title"] for item in feed["items"]] == ["Paper 0.", "Paper 1."]
    assert feed["home_page_url"].endswith(PAGE)
    assert client.get(f"{PAGE}feed.atom").status_code == 200
