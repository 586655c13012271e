from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from pytest_django import Settings

from papers.feeds import arxiv_api
from papers.feeds.arxiv_api import parse
from papers.feeds.records import (
    EmptyPageError,
    FetchError,
    PaperRecord,
    ParsedFeed,
    ParseError,
    VersionRecord,
)
from tests.origin import Origin
from tests.origin.asking import point_at
from tests.origin.samples import make_batch
from tests.papers.feeds.sampling import SHARED, needs_shared_data

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
SUBMITTED = datetime(2026, 2, 27, 18, 30, 5, tzinfo=UTC)
REVISED = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
OF_DAYS = "arXiv Query: search_query=cat:cs.CL AND submittedDate:[202602270000 TO 202602272359]"


def make_entry(fields: str = "", *, arxiv_id: str = "2603.00101v1", title: str = "Mills") -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{arxiv_id}</id><title>{title}</title>{fields}</entry>\n"
    )


def make_feed(
    *entries: str, total: int | None = None, start: int = 0, title: str = "arXiv Query"
) -> bytes:
    count = len(entries) if total is None else total
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
      xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/x</id><title>{title}</title><updated>2026-03-02T00:00:00Z</updated>
  <opensearch:itemsPerPage>10</opensearch:itemsPerPage>
  <opensearch:totalResults>{count}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>
{"".join(entries)}</feed>
""".encode()


def read(*entries: str, total: int | None = None, start: int = 0, title: str = "Q") -> ParsedFeed:
    return parse(make_feed(*entries, total=total, start=start, title=title))


def test_a_paper_is_read_whole() -> None:
    entry = make_entry(
        """<updated>2026-03-03T09:00:00Z</updated>
        <link href="https://arxiv.org/pdf/2603.00101v3" rel="related" title="pdf"/>
        <summary>  They turn,
        if $a &lt; b$. </summary>
        <category term="cs.AI"/><category term="68T50"/><category term="cs.CL"/>
        <published>2026-02-27T18:30:05Z</published>
        <arxiv:comment>12 pages</arxiv:comment><arxiv:primary_category term="cs.CL"/>
        <arxiv:journal_ref>Mills 3 (2026)</arxiv:journal_ref>
        <arxiv:doi>10.1000/Mills.3 10.1000/mills.4</arxiv:doi>
        <author><name>Ada Example</name><arxiv:affiliation>Dale</arxiv:affiliation></author>
        <author><name>:</name></author><author><name>René Müller</name></author>""",
        arxiv_id="2603.00101v3",
    )
    assert read(entry) == ParsedFeed(
        expected=1,
        records=(
            PaperRecord(
                arxiv_id="2603.00101",
                version=3,
                title="Mills",
                abstract="They turn, if $a < b$.",
                authors=("Ada Example", "René Müller"),
                categories=("cs.CL", "cs.AI"),
                submitted_at=SUBMITTED,
                updated_at=REVISED,
                comment="12 pages",
                journal_ref="Mills 3 (2026)",
                doi="10.1000/mills.3",
                is_withdrawn=False,
                versions=(VersionRecord(1, SUBMITTED), VersionRecord(3, REVISED)),
            ),
        ),
    )


def test_an_id_of_the_old_kind_may_come_without_version() -> None:
    (record,) = read(make_entry(arxiv_id="math.CA/0611800")).records
    assert (record.arxiv_id, record.version, record.versions) == ("math/0611800", None, ())


def test_a_withdrawn_paper_is_told_by_its_words() -> None:
    words = "<arxiv:comment>This paper has been withdrawn by the author</arxiv:comment>"
    assert read(make_entry(words)).records[0].is_withdrawn is True


@pytest.mark.parametrize(
    ("total", "start", "position"), [(1, 0, ""), (5, 0, "1"), (5, 4, ""), (5, 3, "4"), (5, 9, "")]
)
def test_the_next_page_begins_after_what_came(total: int, start: int, position: str) -> None:
    assert read(make_entry(), total=total, start=start).position == position


def test_an_empty_page_before_the_end_is_a_fault() -> None:
    with pytest.raises(EmptyPageError, match="empty page from 10 of 25 papers"):
        read(total=25, start=10)


@pytest.mark.parametrize(("total", "start"), [(0, 0), (25, 25), (25, 30)])
def test_an_empty_page_at_the_end_is_the_end(total: int, start: int) -> None:
    feed = read(total=total, start=start)
    assert (feed.records, feed.position, feed.problems) == ((), "", ())


@pytest.mark.parametrize("address", ["https://arxiv.org", "http://arxiv.org"])
def test_an_error_told_as_an_entry_is_no_paper(address: str) -> None:
    entry = (
        f"<entry><id>{address}/api/errors#bad_id</id><title>Error</title>"
        "<summary>incorrect id format for abc</summary></entry>"
    )
    with pytest.raises(ParseError, match="did not accept the question: incorrect id format"):
        read(entry)


@pytest.mark.parametrize(
    ("days", "title", "is_told"),
    [
        ([1, 2, 3], OF_DAYS, False),
        ([2, 2, 3], OF_DAYS, False),
        ([2, 1, 3], OF_DAYS, True),
        ([3, 2, 1], "arXiv Query: id_list=1", False),
    ],
)
def test_an_order_not_kept_is_told(days: list[int], title: str, is_told: bool) -> None:
    entries = [
        make_entry(f"<published>2026-03-0{day}T00:00:00Z</published>", arxiv_id=f"2603.0000{n}")
        for n, day in enumerate(days, start=1)
    ]
    feed = read(*entries, title=title)
    assert len(feed.records) == 3
    assert any("did not keep the order" in problem for problem in feed.problems) is is_told


def test_more_than_the_api_gives_is_told() -> None:
    assert "the first 30,000" in read(make_entry(), total=30_001).problems[0]


@pytest.mark.parametrize(("entries", "position"), [(2, "12"), (1, "")])
def test_without_a_total_a_full_page_is_not_the_last(
    monkeypatch: pytest.MonkeyPatch, entries: int, position: str
) -> None:
    monkeypatch.setattr(arxiv_api, "PAGE_SIZE", 2)
    body = make_feed(*[make_entry()] * entries, total=77, start=10)
    assert parse(body.replace(b"totalResults>77<", b"totalResults><")).position == position


def test_an_answer_without_a_total_may_be_cut() -> None:
    body = make_feed(make_entry()).replace(b"totalResults>1<", b"totalResults><")
    feed = parse(body)
    assert (len(feed.records), feed.expected, feed.position) == (1, None, "")
    assert "may be more" in feed.problems[0]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (make_entry(title=" ", arxiv_id="2603.00102v1"), "2603.00102 has no title"),
        (make_entry(arxiv_id="none"), "is not an arXiv id"),
        ("<entry/>", "is not an arXiv id"),
    ],
)
def test_an_entry_that_is_no_paper_is_named_and_the_rest_kept(entry: str, reason: str) -> None:
    feed = read(entry, make_entry(), total=7)
    assert [record.arxiv_id for record in feed.records] == ["2603.00101"]
    assert feed.problems[0].startswith("Entry 1 of arXiv's answer was left out: ")
    assert reason in feed.problems[0]
    assert feed.position == "2"


def test_a_paper_told_twice_comes_once() -> None:
    feed = read(make_entry(), make_entry(arxiv_id="2603.00101v2"))
    assert [record.version for record in feed.records] == [1]
    assert "2603.00101 is in the answer already" in feed.problems[0]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not whole XML"),
        (b"<html><body>Rate exceeded.</body></html>", "with <html>"),
        (b"Rate exceeded.", "begins .Rate exceeded"),
        (make_feed(make_entry())[:-30], "not whole XML"),
        (b"<rss version='2.0'><channel/></rss>", "with <rss>"),
    ],
)
def test_what_is_no_feed_is_an_error_in_words(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse(body)


@pytest.fixture
def origin(settings: Settings, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Origin]:
    monkeypatch.setattr(arxiv_api, "PAGE_SIZE", 2)
    papers = make_batch(day=MONDAY, count=5) + make_batch(day=TUESDAY, count=1, first=900)
    with Origin(papers=papers, day=TUESDAY) as running:
        point_at(running, settings)
        yield running


def test_papers_are_asked_for_by_id(origin: Origin) -> None:
    answer = arxiv_api.fetch_ids(["2603.00001", "2603.00003v1", "2603.00999"])
    feed = parse(answer.body)
    assert [record.arxiv_id for record in feed.records] == ["2603.00001", "2603.00003"]
    assert (feed.expected, feed.position) == (2, "")


def test_a_range_is_read_page_by_page_without_gaps(origin: Origin) -> None:
    found, position = [], "0"
    while position:
        answer = arxiv_api.fetch_range("cs.CL", MONDAY, MONDAY, offset=int(position))
        feed = parse(answer.body)
        found += [record.arxiv_id for record in feed.records]
        position = feed.position
    assert found == [f"2603.0000{number}" for number in range(1, 6)]
    assert len(origin.requests) == 3


def test_a_range_has_both_its_days(origin: Origin) -> None:
    feed = parse(arxiv_api.fetch_range("cs.CL", TUESDAY, date(2026, 3, 9)).body)
    assert [record.arxiv_id for record in feed.records] == ["2603.00900"]


def test_a_fault_in_the_middle_of_a_range_is_cured_by_asking_again(origin: Origin) -> None:
    origin.inject(empty_pages=1)
    with pytest.raises(EmptyPageError):
        parse(arxiv_api.fetch_range("cs.CL", MONDAY, MONDAY, offset=2).body)
    assert len(parse(arxiv_api.fetch_range("cs.CL", MONDAY, MONDAY, offset=2).body).records) == 2


def test_an_order_not_kept_by_the_origin_is_told(origin: Origin) -> None:
    origin.inject(is_unordered=True)
    feed = parse(arxiv_api.fetch_range("cs.CL", MONDAY, TUESDAY, offset=0).body)
    assert len(feed.records) == 2
    reordered = parse(arxiv_api.fetch_range("cs.CL", MONDAY, TUESDAY, offset=2).body)
    assert any("order" in problem for problem in feed.problems + reordered.problems)


def test_a_refused_question_is_told_in_words(origin: Origin) -> None:
    with pytest.raises(FetchError, match=r"did not accept the question .HTTP 400.") as caught:
        arxiv_api.fetch_ids(["abc"])
    assert caught.value.status == 400


def test_an_error_with_status_200_is_an_error_all_the_same(origin: Origin) -> None:
    origin.inject(has_errors_as_ok=True)
    with pytest.raises(ParseError, match="incorrect id format for abc"):
        parse(arxiv_api.fetch_ids(["abc"]).body)


@needs_shared_data
def test_recorded_answers_are_read_or_refused_in_words() -> None:
    counts = {}
    for path in sorted((SHARED / "feeds").glob("arxiv_[ad]*/*.xml")):
        with suppress(ParseError):
            feed = parse(path.read_bytes())
            counts[path.name] = len(feed.records)
            assert all(record.authors and record.abstract for record in feed.records)
            assert all(record.categories and record.submitted_at for record in feed.records)
    assert sorted(counts.values()) == [0, 0, 1, 1, 1, 1, 10, 10, 10, 10, 15]
