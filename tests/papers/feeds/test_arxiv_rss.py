import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

import pytest
from pytest_django import Settings

from papers.feeds.arxiv_rss import fetch_category, parse
from papers.feeds.records import AnnouncementRecord, PaperRecord, ParsedFeed, ParseError
from tests.origin import Origin
from tests.origin.asking import point_at
from tests.origin.samples import make_origin_paper
from tests.papers.feeds.sampling import SHARED, needs_shared_data, read_sample

DAY = date(2026, 3, 2)


def parse_sample(name: str = "arxiv_rss.xml", category: str = "cs.CL") -> ParsedFeed:
    return parse(read_sample(name), category=category, announced_on=DAY)


def parse_changed(old: str, new: str) -> ParsedFeed:
    body = read_sample("arxiv_rss.xml").decode()
    assert old in body
    return parse(body.replace(old, new, 1).encode(), category="cs.CL", announced_on=DAY)


def test_a_new_paper_is_read_whole() -> None:
    assert parse_sample().records[0] == PaperRecord(
        arxiv_id="2603.00101",
        version=1,
        title="Windmills, $p < 0.05$ & the Rest",
        abstract="If $a < b$ then <b>windmills</b> turn faster & longer.",
        authors=("Ada Example", "Bo Sample, Jr.", "René Müller (One, Two)"),
        categories=("cs.CL", "cs.AI"),
        license="http://creativecommons.org/licenses/by/4.0/",
        announcements=(AnnouncementRecord("cs.CL", DAY, "new"),),
    )


def test_each_kind_of_announcement_is_told_apart() -> None:
    kinds = [record.announcements[0].kind for record in parse_sample().records]
    assert kinds == ["new", "cross", "replace"]


def test_a_replacement_has_its_version_its_doi_and_its_journal() -> None:
    record = parse_sample().records[2]
    assert record.version == 3
    assert record.doi == "10.1000/mended.2026"
    assert record.journal_ref == "Annals of Trials 3 (2026) 1-9"


def test_the_feed_says_nothing_of_submission() -> None:
    assert {record.submitted_at for record in parse_sample().records} == {None}


def test_atom_reads_as_rss() -> None:
    (record,) = parse_sample("arxiv_atom.xml").records
    assert (record.arxiv_id, record.version, record.abstract) == ("2603.00101", 1, "They turn.")
    assert record.authors == ("Ada Example", "Bo Sample")
    assert record.announcements == (AnnouncementRecord("cs.CL", DAY, "new"),)


@pytest.mark.parametrize(("days", "announced_on"), [(4, DAY + timedelta(4)), (5, DAY), (21, DAY)])
@pytest.mark.parametrize("name", ["arxiv_rss.xml", "arxiv_atom.xml"])
def test_only_a_date_that_is_clearly_old_is_believed(
    name: str, days: int, announced_on: date
) -> None:
    feed = parse(read_sample(name), category="cs.CL", announced_on=DAY + timedelta(days))
    days_told = {a.announced_on for record in feed.records for a in record.announcements}
    assert days_told == {announced_on}
    assert any("old copy" in problem for problem in feed.problems) == (announced_on == DAY)


def test_an_archive_feed_announces_in_each_of_its_categories() -> None:
    announced = parse_sample(category="cs").records[0].announcements
    assert [(a.category, a.kind) for a in announced] == [("cs.CL", "new"), ("cs.AI", "cross")]


def test_a_weekend_has_an_empty_channel() -> None:
    assert parse_sample("arxiv_rss_empty.xml") == ParsedFeed(records=(), problems=())


def test_the_announce_type_is_found_in_the_description_too() -> None:
    feed = parse_changed("<arxiv:announce_type>new</arxiv:announce_type>", "")
    assert feed.records[0].announcements[0].kind == "new"


def test_an_unknown_type_keeps_the_paper_and_says_so() -> None:
    feed = parse_changed(">new</arxiv:announce_type>", ">revived</arxiv:announce_type>")
    assert feed.records[0].announcements == ()
    assert "2603.00101 was kept" in feed.problems[0]


def test_the_link_serves_where_the_guid_does_not() -> None:
    feed = parse_changed("oai:arXiv.org:2603.00101v1", "tag:example")
    assert (feed.records[0].arxiv_id, feed.records[0].version) == ("2603.00101", None)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<title>A Cross-Listed Study</title>", "", "2603.00102 has no title"),
        ("2603.00102</link>", "none</link>", ""),
        ("oai:arXiv.org:2603.00102v1", "oai:arXiv.org:2603.00101v1", "in the feed already"),
    ],
)
def test_an_item_that_is_no_paper_is_named_and_the_rest_kept(
    old: str, new: str, reason: str
) -> None:
    feed = parse_changed(old, new)
    assert len(feed.records) == (2 if reason else 3)
    assert [reason in problem for problem in feed.problems] == ([True] if reason else [])


def test_a_stray_character_costs_no_paper() -> None:
    feed = parse_changed("Crossing over.", "Crossing \x02over & on.")
    assert [len(feed.records), feed.records[1].abstract] == [3, "Crossing over & on."]
    assert feed.problems[0].endswith("read all the same: its XML is broken in line 37.")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not answer with a feed"),
        (b"<!DOCTYPE html><html><body>Sorry</body></html>", "it begins “<!DOCTYPE html>"),
        (b'{"error": 1}', "not answer with a feed"),
        (read_sample("arxiv_rss.xml")[:-700], "cut off"),
        (read_sample("arxiv_rss.xml")[:-8], "cut off"),
    ],
)
def test_what_is_no_whole_feed_is_an_error_in_words(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse(body, category="cs.CL", announced_on=DAY)


@pytest.mark.promise(23)
@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY a "ha"><!ENTITY b "{a}"><!ENTITY c "{b}"><!ENTITY d "{c}"><!ENTITY e "{d}">',
        '<!ENTITY e SYSTEM "file:///etc/passwd">',
        '<!ENTITY e SYSTEM "http://127.0.0.1:9/">',
    ],
)
def test_entities_are_neither_unfolded_nor_read(entities: str) -> None:
    for name in "abcd":
        entities = entities.replace(f"{{{name}}}", f"&{name};" * 30)
    body = read_sample("arxiv_rss.xml").decode()
    body = body.replace("<rss ", f"<!DOCTYPE rss [{entities}]><rss ", 1)
    body = body.replace("Crossing over.", "Crossing &e; over.")
    started = time.monotonic()
    with suppress(ParseError):
        feed = parse(body.encode(), category="cs.CL", announced_on=DAY)
        assert all(len(record.abstract) < 100 for record in feed.records)
    assert time.monotonic() - started < 5


@pytest.fixture
def origin(settings: Settings, db: None) -> Iterator[Origin]:
    papers = [
        make_origin_paper(arxiv_id="2602.00900", first_seen=date(2026, 2, 27)),
        make_origin_paper(arxiv_id="2603.00101", authors=["Ada Example", "Bo Sample, Jr."]),
        make_origin_paper(arxiv_id="2603.00102", categories=["hep-th", "cs.CL"]),
    ]
    with Origin(papers=papers, day=DAY) as running:
        point_at(running, settings)
        yield running


def fetch_and_parse(category: str = "cs.CL") -> ParsedFeed:
    answer = fetch_category(category)
    return parse(answer.body, category=category, announced_on=DAY)


def test_the_address_of_the_atom_feeds_serves_as_well(origin: Origin, settings: Settings) -> None:
    by_rss = fetch_and_parse()
    settings.ARXIV_RSS_URL = f"{origin.url}/atom"
    assert fetch_and_parse() == by_rss
    assert [record.arxiv_id for record in by_rss.records] == ["2603.00101", "2603.00102"]
    assert [request.path for request in origin.requests] == ["/rss/cs.CL", "/atom/cs.CL"]


def test_a_stale_category_says_todays_date_over_yesterdays_batch(origin: Origin) -> None:
    origin.inject(stale_categories=["cs.CL"])
    assert [record.arxiv_id for record in fetch_and_parse().records] == ["2602.00900"]
    assert [record.arxiv_id for record in fetch_and_parse("hep-th").records] == ["2603.00102"]


def test_a_batch_not_yet_out_is_that_of_yesterday(origin: Origin) -> None:
    origin.inject(is_batch_out=False)
    assert [record.arxiv_id for record in fetch_and_parse().records] == ["2602.00900"]


@needs_shared_data
def test_the_recorded_atom_feed_is_read_without_loss() -> None:
    body = (SHARED / "feeds/arxiv_feeds/atom_cs.AI_2025-08-20_excerpt.xml").read_bytes()
    feed = parse(body, category="cs.AI", announced_on=date(2025, 8, 20))
    assert feed.problems == ()
    assert len(feed.records) == body.count(b"<entry>")
    assert all(record.authors and record.abstract for record in feed.records)


@needs_shared_data
def test_feeds_of_other_sites_are_read_or_refused_in_words() -> None:
    for path in sorted((SHARED / "feeds/feedparser").rglob("*.xml")):
        with suppress(ParseError):
            feed = parse(path.read_bytes(), category="cs.CL", announced_on=DAY)
            assert feed.records == ()
