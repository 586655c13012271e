import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from papers.feeds import arxiv_rss, huggingface
from tests.origin import Origin
from tests.origin.asking import ask
from tests.origin.library import Library, next_listing
from tests.origin.oai_records import set_of
from tests.origin.samples import make_batch, make_hf_item, make_origin_paper
from tests.papers.feeds.sampling import SHARED, needs_shared_data

MONDAY = date(2026, 3, 2)
ATOM = "{http://www.w3.org/2005/Atom}"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"


@pytest.fixture
def origin() -> Iterator[Origin]:
    papers = [
        make_origin_paper(arxiv_id="2603.00101", categories=["cs.CL", "cs.AI"]),
        make_origin_paper(arxiv_id="2603.00102", categories=["stat.ML", "cs.CL"]),
        make_origin_paper(arxiv_id="2510.00009", categories=["cs.CL"], authors=["Ann & Co <x>"]),
        make_origin_paper(arxiv_id="2603.00103", first_seen=date(2026, 3, 7)),
        make_origin_paper(arxiv_id="2603.00104", categories=[]),
    ]
    with Origin(papers=papers, hf_lists={MONDAY: [make_hf_item()]}, day=MONDAY) as running:
        yield running


def ask_xml(origin: Origin, path: str) -> ET.Element:
    return ET.fromstring(ask(origin, path)[1])  # noqa: S314 - our own server's answer


def announced(origin: Origin, category: str) -> dict[str, str]:
    feed = arxiv_rss.parse(
        ask(origin, f"/rss/{category}")[1], category=category, announced_on=origin.day
    )
    assert feed.problems == ()
    return {record.arxiv_id: record.announcements[0].kind for record in feed.records}


def error_code(origin: Origin, query: str) -> str | None:
    error = ask_xml(origin, f"/oai?{query}").find(f"{OAI}error")
    return None if error is None else error.get("code")


def test_a_category_is_announced_with_its_types(origin: Origin) -> None:
    assert announced(origin, "cs.CL") == {
        "2603.00101": "new",
        "2603.00102": "cross",
        "2510.00009": "replace",
    }


def test_categories_are_joined_and_archives_known(origin: Origin) -> None:
    assert set(announced(origin, "stat.ML+cs.AI")) == {"2603.00101", "2603.00102"}
    assert set(announced(origin, "stat")) == {"2603.00102"}


def test_a_weekend_is_empty_and_its_papers_come_on_monday(origin: Origin) -> None:
    assert ask(origin, "/_day", body="2026-03-07")[0] == 200
    assert announced(origin, "cs.CL") == {}
    assert ask(origin, "/_day", body="2026-03-09")[1] == b"2026-03-09"
    assert announced(origin, "cs.CL") == {"2603.00103": "new"}


def test_a_day_that_is_none_moves_nothing(origin: Origin) -> None:
    assert ask(origin, "/_day", body="soon")[0] == 400
    assert origin.day == MONDAY


def test_an_unchanged_answer_is_a_304(origin: Origin) -> None:
    _status, _body, headers = ask(origin, "/rss/cs.CL")
    status, body, _headers = ask(origin, "/rss/cs.CL", {"If-None-Match": headers["ETag"]})
    assert (status, body) == (304, b"")
    since = {"If-Modified-Since": headers["Last-Modified"]}
    assert ask(origin, "/rss/cs.CL", since)[0] == 304
    origin.day = date(2026, 3, 9)
    assert ask(origin, "/rss/cs.CL", {"If-None-Match": headers["ETag"]})[0] == 200


def test_the_daily_list_is_answered_for_its_day(origin: Origin) -> None:
    feed = huggingface.parse(ask(origin, "/api/daily_papers")[1], observed_on=MONDAY)
    assert [record.arxiv_id for record in feed.records] == ["2603.00101"]
    assert ask(origin, "/api/daily_papers?date=2026-03-01")[:2] == (200, b"[]")


@pytest.mark.parametrize("day", ["2026-03-03", "2026-13-01", "soon"])
def test_a_list_not_open_yet_or_no_day_is_a_400(origin: Origin, day: str) -> None:
    status, body, _headers = ask(origin, f"/api/daily_papers?date={day}")
    assert status == 400
    assert "error" in json.loads(body)


def test_a_long_list_comes_in_pages() -> None:
    items = [make_hf_item(arxiv_id=f"2603.{number:05}") for number in range(1, 71)]
    with Origin(hf_lists={MONDAY: items}, day=MONDAY) as origin:
        _status, first, headers = ask(origin, "/api/daily_papers?date=2026-03-02")
        _status, second, last = ask(origin, "/api/daily_papers?date=2026-03-02&p=1")
    assert [len(json.loads(first)), len(json.loads(second))] == [50, 20]
    assert 'rel="next"' in headers["Link"]
    assert "Link" not in last


def test_the_api_answers_by_id_and_by_category(origin: Origin) -> None:
    by_id = ask_xml(origin, "/api/query?id_list=arXiv:2603.00101v1,2603.99999")
    assert [entry.findtext(f"{ATOM}id") for entry in by_id.iter(f"{ATOM}entry")] == [
        "http://arxiv.org/abs/2603.00101v1"
    ]
    by_category = ask_xml(origin, "/api/query?search_query=cat:cs.CL&start=1&max_results=1")
    assert by_category.findtext(TOTAL) == "3"
    assert len(list(by_category.iter(f"{ATOM}entry"))) == 1


def test_the_api_answers_nonsense_with_an_error_entry(origin: Origin) -> None:
    status, body, _headers = ask(origin, "/api/query?id_list=abc")
    assert status == 400
    assert b"<title>Error</title>" in body
    assert b"/api/errors#incorrect_id_format_for_abc" in body


def test_the_api_does_not_know_tomorrow(origin: Origin) -> None:
    assert ask_xml(origin, "/api/query?id_list=2603.00103").findtext(TOTAL) == "0"


def test_a_harvest_comes_in_pages_without_gaps() -> None:
    with Origin(papers=make_batch(day=MONDAY, count=1_500), day=MONDAY) as origin:
        first = ask_xml(origin, "/oai?verb=ListRecords&metadataPrefix=arXiv&from=2026-03-02")
        token = first.findtext(f".//{OAI}resumptionToken")
        second = ask_xml(origin, f"/oai?verb=ListRecords&resumptionToken={token}")
    found = [element.text for page in (first, second) for element in page.iter(f"{OAI}identifier")]
    assert len(found) == len(set(found)) == 1_500
    assert second.findtext(f".//{OAI}resumptionToken") == ""


def test_a_record_is_harvested_by_name_and_by_set(origin: Origin) -> None:
    query = "verb=GetRecord&metadataPrefix=arXiv&identifier=oai:arXiv.org:2510.00009"
    record = ask_xml(origin, f"/oai?{query}")
    assert record.findtext(".//{http://arxiv.org/OAI/arXiv/}keyname") == "<x>"
    by_set = ask_xml(origin, "/oai?verb=ListRecords&metadataPrefix=arXiv&set=stat:stat:ML")
    assert [e.text for e in by_set.iter(f"{OAI}identifier")] == ["oai:arXiv.org:2603.00102"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("verb=Identify", None),
        ("verb=Dance", "badVerb"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=arXiv&from=soon", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXiv&from=2026-03-03", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=old", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=arXiv&identifier=oai:arXiv.org:1", "idDoesNotExist"),
    ],
)
def test_a_harvest_is_refused_in_the_protocol_own_words(
    origin: Origin, query: str, code: str | None
) -> None:
    assert error_code(origin, query) == code


@pytest.mark.parametrize(
    ("category", "set_spec"),
    [
        ("cs.AI", "cs:cs:AI"),
        ("hep-lat", "physics:hep-lat"),
        ("physics.plasm-ph", "physics:physics:plasm-ph"),
        ("astro-ph.CO", "physics:astro-ph:CO"),
    ],
)
def test_sets_are_named_as_arxiv_names_them(category: str, set_spec: str) -> None:
    assert set_of(category) == set_spec


def test_faults_come_as_often_as_asked_and_where_asked(origin: Origin) -> None:
    origin.fail_next(status=429, retry_after=7, path="/rss", times=2)
    assert ask(origin, "/api/daily_papers")[0] == 200
    status, _body, headers = ask(origin, "/rss/cs.CL")
    assert (status, headers["Retry-After"]) == (429, "7")
    assert [ask(origin, "/rss/cs.CL")[0] for _time in range(2)] == [429, 200]


def test_it_takes_the_place_of_every_address_that_is_asked(origin: Origin) -> None:
    others = "ARXIV|HUGGINGFACE|GITHUB|CROSSREF|SEMANTIC_SCHOLAR"
    addresses = {name for name in dir(settings) if re.match(f"({others}).*_URL", name)}
    assert addresses <= set(origin.settings)
    assert origin.environment["ARXIV_LIST_URL"] == f"{origin.url}/list"


def test_a_fault_can_be_a_body(origin: Origin) -> None:
    origin.fail_next(status=200, body=b"<html>Sorry</html>")
    assert ask(origin, "/rss/cs.CL")[1] == b"<html>Sorry</html>"


def test_requests_are_logged_in_order(origin: Origin) -> None:
    ask(origin, "/rss/cs.CL", {"User-Agent": "Reader"})
    ask(origin, "/nothing")
    first, second = origin.requests
    assert (first.method, first.path, first.headers["User-Agent"]) == (
        "GET", "/rss/cs.CL", "Reader"
    )  # fmt: skip
    assert second.at >= first.at


@pytest.mark.parametrize(
    ("day", "listed"), [("2026-03-06", "2026-03-06"), ("2026-03-07", "2026-03-09")]
)
def test_nothing_is_announced_on_weekends(day: str, listed: str) -> None:
    assert next_listing(date.fromisoformat(day)) == date.fromisoformat(listed)


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"arxiv_id": "2603.1", "first_seen": "x"}'])
def test_a_line_that_is_no_paper_is_named(tmp_path: Path, line: str) -> None:
    good = json.dumps(make_origin_paper())
    path = tmp_path / "papers.jsonl"
    path.write_text(f"{good}\n{line}\n")
    with pytest.raises(ValueError, match="Line 2 of the papers file is no paper"):
        Library.load(path)


@needs_shared_data
def test_recorded_papers_come_back_from_the_feed_as_they_were() -> None:
    papers = Library.load(SHARED / "papers.jsonl.gz")
    day = date(2026, 3, 5)
    origin = Origin(hf_directory=SHARED / "hf_daily", day=day)
    origin.library = papers
    body = origin.answer("/rss/cs.CL").body
    records = arxiv_rss.parse(body, category="cs.CL", announced_on=day).records
    assert len(papers) == 109_858
    assert len(records) > 50
    for record in records:
        expected: Any = papers.get(record.arxiv_id)
        assert (record.title, record.abstract) == (expected.title, expected.abstract)
        assert (record.authors, record.categories) == (expected.authors, expected.categories)
