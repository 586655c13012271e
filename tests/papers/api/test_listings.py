from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from papers.search.follower import index_now
from tests.api_client import Program, make_program
from tests.factories import DAY, make_announcement, make_paper, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    settings.API_VISITOR_REQUESTS_PER_HOUR = 10_000


def read_all(path: str, **parameters: Any) -> list[dict[str, Any]]:
    """The items of every page, following `next` as a program would."""
    program, items = Program(), []
    told = program.ask(path, **parameters)
    while True:
        items += told["items"]
        if told["next"] is None:
            return items
        assert told["items"]
        told = program.get(told["next"]).json()


@pytest.mark.parametrize("sort", ["new", "relevance", "votes", "stars"])
def test_a_search_is_paged_without_gaps(sort: str) -> None:
    papers = [make_paper(title=f"Kestrel {n}", votes=n, stars=n) for n in range(7)]
    index_now()
    found = read_all("/search", q="kestrel", sort=sort, limit=2)
    assert len(found) == 7
    assert {each["number"] for each in found} == {paper.pk for paper in papers}


def test_what_was_not_understood_is_remarked() -> None:
    make_paper(title="Kestrel")
    index_now()
    told = Program().ask("/search", q="kestrel cat:nope")
    assert told["remarks"][0]["text"]
    assert told["sort"] == "relevance"


@pytest.mark.parametrize(
    "asked",
    [
        {"q": ""},
        {},
        {"q": "x" * 1001},
        {"q": "kestrel", "limit": "0"},
        {"q": "kestrel", "limit": "101"},
        {"q": "kestrel", "limit": "9" * 5000},
        {"q": "kestrel", "after": "made up"},
        {"q": "kestrel", "sort": "beauty"},
        {"q": "kes\x00trel"},
    ],
)
def test_an_odd_search_is_refused_in_words(asked: dict[str, str]) -> None:
    make_paper()
    index_now()
    response = Program().get("/api/v1/search", asked)
    assert response.status_code == 422
    assert response.json()["errors"][0]["where"].startswith("query.")


def test_a_place_in_one_search_is_none_in_another() -> None:
    for number in range(3):
        make_paper(title=f"Kestrel heron {number}")
    index_now()
    after = Program().ask("/search", q="kestrel", limit=1)["next"].split("after=")[1]
    response = Program().get(f"/api/v1/search?q=heron&limit=1&after={after}")
    assert response.status_code == 422


def test_without_an_index_one_is_told_when_to_ask_again() -> None:
    response = Program().get("/api/v1/search", {"q": "kestrel"})
    assert (response.status_code, response["Retry-After"]) == (503, "10")


def test_a_token_searches_among_the_readers_own() -> None:
    paper, user = make_paper(title="Kestrel"), make_user()
    make_paper(title="Kestrel two")
    index_now()
    program = make_program("read", "vote", user=user)
    program.send("PUT", f"/papers/{paper.pk}/vote")
    found = program.ask("/search", q="kestrel is:voted")
    assert [each["number"] for each in found["items"]] == [paper.pk]
    assert Program().ask("/search", q="kestrel is:voted")["items"] == []


def test_trending_is_paged_in_its_order() -> None:
    papers = [make_paper(score=score) for score in (3.0, 1.0, 2.0, 2.0, 5.0)]
    items = read_all("/trending", limit=2)
    found = [item["paper"]["number"] for item in items]
    assert found == [papers[n].pk for n in (4, 0, 3, 2, 1)]


def test_trending_of_a_category() -> None:
    make_paper(score=3.0)
    vision = make_paper(score=1.0, categories=("cs.CV",))
    told = Program().ask("/trending", category="cs.CV")
    assert [item["paper"]["number"] for item in told["items"]] == [vision.pk]
    assert Program().get("/api/v1/trending", {"category": "cs.XX"}).status_code == 404


@pytest.mark.parametrize(
    ("day", "status"),
    [("2020-01-01", 404), ("0", 422), ("2026-02-30", 422), ("9999-12-31", 404)],
)
def test_past_days_that_are_not_kept(day: str, status: int) -> None:
    assert Program().get(f"/api/v1/trending/{day}").status_code == status


def test_a_day_is_paged_by_kind() -> None:
    for kind in ("cross", "new", "replace", "new", "cross"):
        make_announcement(kind=kind)
    items = read_all("/new", category="cs.LG", limit=2)
    assert [item["kind"] for item in items] == ["new", "new", "cross", "cross", "replace"]


def test_new_tells_the_days_beside_it() -> None:
    make_announcement()
    make_announcement(on=DAY - timedelta(days=1))
    told = Program().ask("/new", category="cs.LG")
    assert (told["day"], told["previous_day"]) == ("2026-03-02", "2026-03-01")
    counts = Program().ask("/new/counts")
    assert counts["categories"] == [{"category": "cs.LG", "new": 1, "cross": 0, "replace": 0}]


def test_nothing_was_ever_announced() -> None:
    make_paper()
    assert Program().ask("/new", category="cs.LG")["items"] == []
    assert Program().ask("/new/counts") == {"day": None, "categories": []}


def test_more_papers_cost_no_more_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    program = make_program("read")
    for _number in range(3):
        make_paper(score=1.0)
    program.ask("/trending")
    with django_assert_num_queries(8) as few:
        program.ask("/trending")
    for _number in range(10):
        make_paper(score=1.0)
    with django_assert_num_queries(len(few)):
        program.ask("/trending")
