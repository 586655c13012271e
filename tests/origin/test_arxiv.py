from datetime import UTC, date, datetime
from typing import Any

import pytest

from papers.feeds import arxiv_api, arxiv_list, arxiv_oai, arxiv_rss
from papers.feeds.records import EmptyPageError, ExpiredPositionError, ParsedFeed, ParseError
from tests.origin import Origin
from tests.origin.arxiv_oai import OaiServer
from tests.origin.samples import make_batch, make_origin_paper

FRIDAY, MONDAY, TUESDAY = date(2026, 2, 27), date(2026, 3, 2), date(2026, 3, 3)
RANGE = "search_query=cat:cs.CL+AND+submittedDate:%5B202602270000+TO+202603022359%5D"


def make_origin(*, papers: list[dict[str, Any]] | None = None, **options: Any) -> Origin:
    papers = papers or [
        make_origin_paper(arxiv_id="2602.00900", first_seen=FRIDAY, categories=["cs.CL"]),
        make_origin_paper(arxiv_id="2603.00101", categories=["cs.CL", "cs.AI"], comment="9 pages"),
        make_origin_paper(arxiv_id="2603.00102", categories=["hep-th", "cs.CL"]),
        make_origin_paper(arxiv_id="2510.00009", categories=["cs.CL"], published="2025-10-03"),
    ]
    return Origin(papers=papers, day=MONDAY, **options)


def harvest(origin: Origin, query: str) -> ParsedFeed:
    body = origin.answer(f"/oai?verb=ListRecords&{query}").body
    return arxiv_oai.parse(body, today=date(2026, 3, 10))


def ids_of(feed: ParsedFeed) -> list[str]:
    assert feed.problems == ()
    return [record.arxiv_id for record in feed.records]


def announced(origin: Origin, kind: str = "rss", category: str = "cs.CL") -> list[str]:
    body = origin.answer(f"/{kind}/{category}").body
    return ids_of(arxiv_rss.parse(body, category=category, announced_on=origin.day))


def test_atom_says_what_rss_says() -> None:
    origin = make_origin()
    feeds = [
        arxiv_rss.parse(origin.answer(f"/{kind}/cs").body, category="cs", announced_on=MONDAY)
        for kind in ("rss", "atom")
    ]
    assert feeds[0].records == feeds[1].records
    assert len(feeds[0].records) == 3


def test_the_list_page_states_its_day_and_its_parts() -> None:
    body = make_origin().answer("/list/cs.CL/new").body
    assert b"<h3>Showing new listings for Monday, 2 March 2026</h3>" in body
    for part in (b"New", b"Cross", b"Replacement"):
        assert b"<h3>" + part + b" submissions (showing 1 of 1 entries)</h3>" in body
    assert arxiv_list.parse(body, category="cs.CL").expected == 3


def test_a_day_without_listings_says_so() -> None:
    origin = make_origin()
    origin.day = date(2026, 3, 7)
    feed = arxiv_list.parse(origin.answer("/list/cs.CL/new").body, category="cs.CL")
    assert (feed.day, feed.expected) == (date(2026, 3, 7), 0)


def test_a_very_long_page_leaves_parts_out() -> None:
    papers = make_batch(day=MONDAY, count=1_900)
    papers += make_batch(day=MONDAY, count=300, categories=["cs.AI", "cs.CL"], first=3_001)
    papers += [make_origin_paper(arxiv_id="2510.00009")]
    body = make_origin(papers=papers).answer("/list/cs.CL/new").body
    assert b"Cross submissions (showing first 100 of 300 entries)" in body
    assert b"Replacement" not in body
    assert arxiv_list.parse(body, category="cs.CL").expected == 2_201


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("from=2026-03-02", ["2510.00009", "2603.00101", "2603.00102"]),
        ("until=2026-02-27", ["2602.00900"]),
        ("from=2026-02-27&until=2026-02-28", ["2602.00900"]),
        ("set=physics", ["2603.00102"]),
        ("set=physics:hep-th", ["2603.00102"]),
        ("set=cs:cs:AI", ["2603.00101"]),
        ("set=cs&from=2026-03-02", ["2510.00009", "2603.00101", "2603.00102"]),
        ("set=math", []),
    ],
)
@pytest.mark.parametrize("prefix", ["arXiv", "arXivRaw"])
def test_a_harvest_is_bounded_by_days_and_set(prefix: str, query: str, ids: list[str]) -> None:
    assert ids_of(harvest(make_origin(), f"metadataPrefix={prefix}&{query}")) == ids


def test_both_formats_tell_the_same_of_a_paper() -> None:
    plain, raw = (
        harvest(make_origin(), f"metadataPrefix={prefix}&set=cs:cs:AI").records[0]
        for prefix in ("arXiv", "arXivRaw")
    )
    assert (plain.title, plain.abstract, plain.authors) == (raw.title, raw.abstract, raw.authors)
    assert plain.comment == raw.comment == "9 pages"
    assert [version.version for version in raw.versions] == [1]


def test_a_replacement_has_two_raw_versions() -> None:
    records = harvest(make_origin(), "metadataPrefix=arXivRaw&from=2026-03-02").records
    assert [len(record.versions) for record in records] == [2, 1, 1]
    assert records[0].versions[0].submitted_at == datetime(2025, 10, 3, tzinfo=UTC)


def test_a_harvest_comes_in_pages_until_its_token_expires() -> None:
    origin = make_origin(oai=OaiServer(page_size=2))
    first = harvest(origin, "metadataPrefix=arXiv&set=cs")
    second = harvest(origin, f"resumptionToken={first.position.replace('%', '%25')}")
    assert ids_of(first) + ids_of(second) == [
        "2602.00900",
        "2510.00009",
        "2603.00101",
        "2603.00102",
    ]
    assert second.position == ""
    origin.oai.expire_tokens()
    with pytest.raises(ExpiredPositionError):
        harvest(origin, f"resumptionToken={first.position.replace('%', '%25')}")
    with pytest.raises(ParseError, match="badArgument"):
        harvest(origin, f"resumptionToken={first.position}&metadataPrefix=arXiv")


def test_deleted_records_have_no_content() -> None:
    origin = make_origin(oai=OaiServer(deleted_on={"2603.00101": TUESDAY, "2603.00777": MONDAY}))
    assert harvest(origin, "metadataPrefix=arXiv&from=2026-03-02").deleted == ("2603.00777",)
    origin.day = TUESDAY
    feed = harvest(origin, "metadataPrefix=arXiv&from=2026-03-03")
    assert (feed.records, feed.deleted) == ((), ("2603.00101",))


def test_the_api_answers_by_days_of_submission_in_order() -> None:
    origin = make_origin()
    query = f"/api/query?{RANGE}&sortBy=submittedDate&sortOrder=ascending&max_results=10"
    feed = arxiv_api.parse(origin.answer(query).body)
    assert ids_of(feed) == ["2602.00900", "2603.00101", "2603.00102"]


def test_faults_of_the_api_are_injected_and_end() -> None:
    origin = make_origin()
    query = f"/api/query?{RANGE}&sortBy=submittedDate&sortOrder=ascending&max_results=10"
    origin.inject(empty_pages=1, is_unordered=True)
    with pytest.raises(EmptyPageError):
        arxiv_api.parse(origin.answer(query).body)
    assert "order" in arxiv_api.parse(origin.answer(query).body).problems[0]
    origin.inject()
    assert arxiv_api.parse(origin.answer(query).body).problems == ()


@pytest.mark.parametrize("is_ok", [True, False])
def test_errors_of_the_api_come_with_either_status(is_ok: bool) -> None:
    origin = make_origin()
    origin.inject(has_errors_as_ok=is_ok)
    reply = origin.answer("/api/query?id_list=abc")
    assert reply.status == (200 if is_ok else 400)
    with pytest.raises(ParseError, match="incorrect id format for abc"):
        arxiv_api.parse(reply.body)


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_stale_category_shows_the_batch_before_under_todays_date(kind: str) -> None:
    origin = make_origin()
    origin.inject(stale_categories=["cs.CL"])
    assert announced(origin, kind) == ["2602.00900"]
    assert announced(origin, kind, "hep-th") == ["2603.00102"]
    body = origin.answer(f"/{kind}/cs.CL").body
    assert b"02 Mar 2026" in body or b"2026-03-02T" in body


def test_before_the_batch_is_out_everything_is_of_the_day_before() -> None:
    origin = make_origin()
    origin.inject(is_batch_out=False)
    assert announced(origin) == ["2602.00900"]
    page = arxiv_list.parse(origin.answer("/list/cs.CL/new").body, category="cs.CL")
    assert (page.day, page.expected) == (FRIDAY, 1)
