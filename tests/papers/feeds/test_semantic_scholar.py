import json

import pytest
from pytest_django import Settings

from papers.feeds.records import FetchError, ParseError
from papers.feeds.semantic_scholar import fetch_citations, parse
from tests.origin import Origin
from tests.origin.asking import point_at

IDS = ["2603.00101", "2603.00102", "math/0611800"]


def parse_answer(*papers: object) -> dict[str, int]:
    return parse(json.dumps(papers).encode(), arxiv_ids=IDS)


def test_counts_come_by_id_and_the_unknown_has_none() -> None:
    assert parse_answer({"citationCount": 5}, None, {"citationCount": 0}) == {
        "2603.00101": 5,
        "math/0611800": 0,
    }


@pytest.mark.parametrize("count", [None, "5", 5.0, True, -1, 2**31])
def test_what_is_no_count_is_none(count: object) -> None:
    assert parse_answer({"citationCount": count}, {}, "paper") == {}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>Sorry</html>", "did not answer in JSON: it begins “<html>Sorry</html>”"),
        (b"[" * 100_000, "did not answer in JSON"),
        (b'{"error": "no"}', "did not answer with 3 papers"),
        (b'[{"citationCount": 5}]', "did not answer with 3 papers"),
    ],
)
def test_what_is_no_list_of_all_is_an_error_in_words(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse(body, arxiv_ids=IDS)


def test_papers_are_asked_for_with_the_key_in_one_question(settings: Settings, db: None) -> None:
    with Origin(citations={IDS[1]: 3}) as origin:
        point_at(origin, settings)
        settings.SEMANTIC_SCHOLAR_KEY = "abc"
        assert parse(fetch_citations(IDS).body, arxiv_ids=IDS) == {IDS[1]: 3}
    (request,) = origin.requests
    assert (request.method, request.headers["X-Api-Key"]) == ("POST", "abc")


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_not_accepted_is_said_so(settings: Settings, db: None, status: int) -> None:
    with Origin() as origin:
        point_at(origin, settings)
        settings.SEMANTIC_SCHOLAR_KEY = "abc"
        origin.fail_next(status=status)
        with pytest.raises(FetchError, match="does not accept the SEMANTIC_SCHOLAR_KEY") as caught:
            fetch_citations(IDS)
    assert caught.value.status == status


def test_without_a_key_nobody_is_asked(settings: Settings) -> None:
    settings.SEMANTIC_SCHOLAR_KEY = ""
    with pytest.raises(FetchError, match="SEMANTIC_SCHOLAR_KEY is not set"):
        fetch_citations(IDS)


def test_no_more_are_asked_for_than_one_question_holds(settings: Settings) -> None:
    with pytest.raises(ValueError, match="At most 500"):
        fetch_citations(["2603.00101"] * 501)
