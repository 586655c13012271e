import json
from collections.abc import Iterator
from datetime import date

import pytest

from papers.feeds.syndication import parse
from tests.origin import Origin
from tests.origin.asking import ask
from tests.origin.crossref import make_work
from tests.origin.github import GitHub

BATCH = "/graph/v1/paper/batch?fields=citationCount"


@pytest.fixture
def origin() -> Iterator[Origin]:
    github = GitHub(stars={"Example/Mills": 7}, renamed={"old/mills": "Example/Mills"})
    works = {"10.1000/jww.17": make_work()}
    with Origin(github=github, works=works, citations={"2603.00101": 5}) as running:
        yield running


def test_a_repository_is_found_by_its_name_in_any_case(origin: Origin) -> None:
    status, body, headers = ask(origin, "/repos/example/mills")
    assert (status, json.loads(body)["full_name"]) == (200, "Example/Mills")
    assert ask(origin, "/repos/example/mills", {"If-None-Match": headers["ETag"]})[0] == 304
    assert ask(origin, "/repos/example/weirs")[0] == 404


def test_a_renamed_repository_is_elsewhere(origin: Origin) -> None:
    status, _body, headers = ask(origin, "/repos/Old/Mills")
    assert (status, headers["Location"]) == (301, f"{origin.url}/repositories/0")
    assert json.loads(ask(origin, "/repositories/0")[1])["stargazers_count"] == 7


def test_an_allowance_is_spent(origin: Origin) -> None:
    origin.github.allowance = 1
    assert [ask(origin, "/repos/example/mills")[0] for _each in range(2)] == [200, 403]
    assert ask(origin, "/repos/example/mills")[2]["X-RateLimit-Remaining"] == "0"


def test_a_doi_is_found_in_any_case(origin: Origin) -> None:
    assert json.loads(ask(origin, "/works/10.1000/JWW.17")[1])["message"]["DOI"] == "10.1000/jww.17"
    assert ask(origin, "/works/10.1000/none")[:2] == (404, b"Resource not found.")


def test_citations_come_in_the_order_asked(origin: Origin) -> None:
    body = json.dumps({"ids": ["ARXIV:2603.00999", "ARXIV:2603.00101"]})
    status, answer, _headers = ask(origin, BATCH, body=body)
    assert (status, [paper and paper["citationCount"] for paper in json.loads(answer)]) == (
        200,
        [None, 5],
    )


@pytest.mark.parametrize("body", ['{"ids": ["ARXIV:2603.00999"]}', "[]", "{"])
def test_a_batch_that_names_no_paper_is_a_400(origin: Origin, body: str) -> None:
    assert ask(origin, BATCH, body=body)[0] == 400


@pytest.mark.parametrize("name", ["journal", "preprints", "blog"])
def test_each_feed_has_a_new_paper_each_day(origin: Origin, name: str) -> None:
    address = f"{origin.url}/feeds/{name}.xml"

    def newest() -> tuple[str, date | None]:
        body = ask(origin, f"/feeds/{name}.xml")[1]
        feed = parse(body, url=address, content_type="", read_on=origin.day)
        assert (len(feed.records), feed.problems) == (3, ())
        return feed.records[0].doi or feed.records[0].url, feed.records[0].listed_on

    first = newest()
    origin.day = date(2026, 3, 3)
    assert first != newest()
    assert first[1] == date(2026, 3, 2)
