import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from papers.feeds.crossref import fetch_work, parse
from papers.feeds.records import FetchError, PaperRecord, ParseError
from tests.origin import Origin
from tests.origin.asking import point_at
from tests.origin.crossref import make_work

DOI = "10.1000/jww.17"


def parse_work(**fields: Any) -> PaperRecord:
    feed = parse(json.dumps({"message": make_work(**fields)}).encode())
    assert feed.problems == ()
    return feed.records[0]


def test_an_article_is_read_whole() -> None:
    assert parse_work() == PaperRecord(
        arxiv_id="",
        title="On Windmills & Weirs",
        abstract="They turn for p < 0.05.",
        authors=("Ada Example", "Bo Sample Jr.", "The Mill Consortium"),
        submitted_at=datetime(2026, 3, 1, tzinfo=UTC),
        journal_ref="Journal of Windmills & Weirs",
        license="https://creativecommons.org/licenses/by/4.0/",
        doi=DOI,
        url="https://doi.org/10.1000/jww.17",
    )


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({"published-online": None}, datetime(2026, 6, 1, tzinfo=UTC)),
        ({"published-online": {"date-parts": [[None]]}}, datetime(2026, 6, 1, tzinfo=UTC)),
        ({"published-online": {"date-parts": [[2026, 2, 30]]}}, datetime(2026, 6, 1, tzinfo=UTC)),
        ({"published-online": {"date-parts": [[2025]]}}, datetime(2025, 1, 1, tzinfo=UTC)),
        (dict.fromkeys(["published-online", "published-print", "issued"]), None),
    ],
)
def test_a_date_may_be_a_month_or_missing(dates: dict[str, Any], day: datetime | None) -> None:
    assert parse_work(**dates).submitted_at == day


@pytest.mark.parametrize(
    ("relation", "arxiv_id"),
    [
        ({"has-preprint": [{"id-type": "arxiv", "id": "2603.00101v2"}]}, "2603.00101"),
        ({"has-preprint": [{"id": "10.48550/arXiv.2603.00101"}]}, "2603.00101"),
        ({"is-preprint-of": [{"id": "10.1000/x"}, {"id": "arXiv:2603.00101"}]}, "2603.00101"),
        ({"has-review": [{"id": "2603.00101"}]}, ""),
        ({"has-preprint": [{"id": None}, None, 7]}, ""),
        (["2603.00101"], ""),
    ],
)
def test_its_preprint_on_arxiv_is_joined(relation: object, arxiv_id: str) -> None:
    assert parse_work(relation=relation).arxiv_id == arxiv_id


def test_nothing_but_title_and_doi_is_needed_where_all_else_is_null() -> None:
    names = set(make_work()) - {"DOI", "title"}
    record = parse_work(**dict.fromkeys(names))
    assert record == PaperRecord(arxiv_id="", doi=DOI, title="On Windmills & Weirs")


@pytest.mark.parametrize("title", [None, [], ["  "], ["<i></i>"], "On mills", [None]])
def test_an_entry_without_title_is_no_paper_and_said_so(title: object) -> None:
    feed = parse(json.dumps({"message": make_work(title=title)}).encode())
    assert (feed.records, feed.problems) == ((), (f"Crossref's entry of {DOI} has no title.",))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"Resource not found.", "it begins “Resource not found.”"),
        (b"[]", "did not answer with an entry"),
        (b'{"message": []}', "did not answer with an entry"),
        (b'{"message": {"title": ["A"]}}', "has no DOI"),
        (b"[" * 100_000, "not answer in JSON"),
    ],
)
def test_what_is_no_entry_is_an_error_in_words(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse(body)


@pytest.mark.parametrize(
    ("contact", "query"),
    [
        ("admin@papers.example.org", "?mailto=admin%40papers.example.org"),
        ("mailto:admin@papers.example.org", "?mailto=admin%40papers.example.org"),
        ("https://papers.example.org/@admin", ""),
        ("", ""),
    ],
)
def test_crossref_is_told_whom_to_write_to(
    settings: Settings, db: None, contact: str, query: str
) -> None:
    with Origin(works={DOI: make_work()}) as origin:
        point_at(origin, settings)
        settings.CONTACT = contact
        assert parse(fetch_work(DOI).body).records[0].doi == DOI
        assert [request.path for request in origin.requests] == [f"/works/{DOI}{query}"]


def test_a_doi_that_crossref_does_not_know_is_said_so(settings: Settings, db: None) -> None:
    with Origin() as origin:
        point_at(origin, settings)
        with pytest.raises(
            FetchError, match=r"Crossref does not know the DOI 10\.1000/no"
        ) as caught:
            fetch_work("10.1000/no")
    assert caught.value.status == 404
