from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from papers.feeds.records import PaperRecord, ParsedFeed, ParseError
from papers.feeds.syndication import LONGEST_ABSTRACT, MOST_ENTRIES, fetch_feed, parse
from papers.models import Paper, Source
from papers.refresh import refresh
from tests.factories import make_source
from tests.origin import Origin
from tests.origin.asking import point_at
from tests.papers.feeds.sampling import read_sample

ADDRESS = "https://journal.example.org/rss/all.xml"
DAY = date(2026, 3, 2)
RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"
xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"
xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Mills</title>{}</channel></rss>"""
TITLED = "<title>On mills</title>"
LINKED = f"{TITLED}<link>https://example.org/1</link>"


def parse_body(body: bytes, *, content_type: str = "", url: str = ADDRESS) -> ParsedFeed:
    return parse(body, url=url, content_type=content_type, read_on=DAY)


def parse_items(*items: str, url: str = ADDRESS) -> ParsedFeed:
    body = RSS.format("".join(f"<item>{item}</item>" for item in items))
    return parse_body(body.encode(), url=url)


def only(feed: ParsedFeed) -> PaperRecord:
    assert feed.problems == ()
    (record,) = feed.records
    return record


def test_an_article_of_a_journal_is_read_whole() -> None:
    feed = parse_body(read_sample("journal.xml"))
    assert feed.records[0] == PaperRecord(
        arxiv_id="",
        title="Blades of H2O where p < 0.05",
        abstract="Blades turn & stop. We tell why, for p < 0.05.",
        authors=("Ada Example", "René Müller"),
        doi="10.1000/jww.17",
        url="https://journal.example.org/doi/full/10.1000/jww.17",
        keywords=("Blades",),
        submitted_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        listed_on=date(2026, 3, 1),
    )
    assert (feed.title, feed.problems) == ("Journal of Windmills & Weirs", ())


def test_a_preprint_is_named_without_its_version() -> None:
    record = parse_body(read_sample("journal.xml")).records[1]
    assert record.doi == "10.1101/2026.02.28.123456"
    assert record.url == "https://preprints.example.org/content/10.1101/2026.02.28.123456v1"
    assert record.authors == ("A. Example", "B. C. Sample")
    assert record.listed_on == date(2026, 2, 28)


def test_a_post_without_day_was_found_on_the_day_it_was_read() -> None:
    record = parse_body(read_sample("journal.xml")).records[2]
    assert (record.doi, record.listed_on, record.submitted_at) == ("", None, None)
    assert record.found_on == DAY
    assert record.url == "https://journal.example.org/news/9?page=2"


@pytest.mark.parametrize(
    ("said", "is_first", "found_on"),
    [
        ("", False, DAY),
        ("", True, None),
        ("Mon, 01 Jun 2026 10:00:00 GMT", False, DAY),
        ("Mon, 01 Jun 2026 10:00:00 GMT", True, None),
        ("Tue, 03 Mar 2026 10:00:00 GMT", True, None),
        ("Sun, 01 Mar 2026 10:00:00 GMT", False, None),
    ],
)
def test_entries_of_a_first_reading_may_be_of_any_day(
    said: str, is_first: bool, found_on: date | None
) -> None:
    body = RSS.format(f"<item>{LINKED}<pubDate>{said}</pubDate></item>").encode()
    feed = parse(body, url=ADDRESS, content_type="", read_on=DAY, is_first=is_first)
    assert only(feed).found_on == found_on


def test_atom_is_read_as_well() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">A &amp;amp; B</title>
        <entry><title>On mills</title><id>tag:x</id><link rel="alternate" href="../p/1"/>
        <author><name>Ada Moor</name></author><author><name>Bo Quay</name></author>
        <updated>2026-03-02T08:00:00Z</updated><published>2026-03-01T23:00:00-05:00</published>
        <category term="mills" label="Mills"/><category term="http://example.org/kind#post"/>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Long <b>text</b></div>
        </content></entry></feed>"""
    feed = parse_body(body.encode())
    assert (feed.title, only(feed).authors) == ("A & B", ("Ada Moor", "Bo Quay"))
    record = only(feed)
    assert record.url == "https://journal.example.org/p/1"
    assert record.submitted_at == datetime(2026, 3, 2, 4, tzinfo=UTC)
    assert (record.abstract, record.keywords) == ("Long text", ("Mills",))


@pytest.mark.parametrize(
    ("names", "arxiv_id", "doi"),
    [
        ("<link>https://arxiv.org/abs/2603.00101v2</link>", "2603.00101", ""),
        ("<guid>oai:arXiv.org:2603.00101v1</guid>", "2603.00101", ""),
        ("<guid>doi:10.48550/arXiv.2603.00101</guid>", "2603.00101", ""),
        ("<link>https://huggingface.co/papers/2603.00101</link>", "2603.00101", ""),
        ("<guid>2603.00101</guid><link>https://example.org/1</link>", "", ""),
        ("<link>https://doi.org/10.1000/ABC.1</link>", "", "10.1000/abc.1"),
        ("<link>https://example.org/doi/10.1000%2Fabc.1/full</link>", "", "10.1000/abc.1"),
        ("<guid>10.1000/abc.1</guid>", "", "10.1000/abc.1"),
    ],
)
def test_a_paper_is_named_by_what_its_entry_holds(names: str, arxiv_id: str, doi: str) -> None:
    record = only(parse_items(TITLED + names))
    assert (record.arxiv_id, record.doi) == (arxiv_id, doi)
    assert bool(record.url) is (not arxiv_id and "<link>" in names)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("<link>/p/1</link>", "https://journal.example.org/p/1"),
        ("<link> https://example.org/1?b=2&amp;a= </link>", "https://example.org/1?b=2&a="),
        ("<link>https://example.org/1?utm_a=b&amp;rss=1</link>", "https://example.org/1"),
        ("<link>https://example.org/1?rss=mills</link>", "https://example.org/1?rss=mills"),
        ("<guid>https://example.org/1</guid>", "https://example.org/1"),
        (
            "<link>https://feeds.example.org/x</link><f:origLink>https://example.org/1</f:origLink>",
            "https://example.org/1",
        ),
    ],
)
def test_the_page_of_an_entry_is_its_address_in_full(link: str, url: str) -> None:
    assert only(parse_items(TITLED + link)).url == url


@pytest.mark.parametrize(
    ("said", "listed_on", "has_moment"),
    [
        ("Sun, 01 Mar 2026 10:00:00 GMT", date(2026, 3, 1), True),
        ("Tue, 03 Mar 2026 10:00:00 GMT", None, True),
        ("Mon, 01 Jun 2026 10:00:00 GMT", None, False),
        ("Sun, 26 Jan 2025 10:00:00 GMT", date(2025, 1, 26), True),
        ("Sat, 25 Jan 2025 10:00:00 GMT", None, True),
        ("soon", None, False),
    ],
)
def test_a_day_that_cannot_be_is_not_believed(
    said: str, listed_on: date | None, has_moment: bool
) -> None:
    record = only(parse_items(f"{LINKED}<pubDate>{said}</pubDate>"))
    assert record.listed_on == listed_on
    assert (record.submitted_at is not None) is has_moment


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("<link>https://example.org/2</link>", "it has no title"),
        ("<title>&lt;img src='a'&gt;</title><link>https://example.org/2</link>", "no title"),
        ("<title>Other</title>", "“Other” has no address, DOI or arXiv id"),
        ("<title>Other</title><link>javascript:alert(1)</link>", "has no address"),
        (LINKED, "https://example.org/1 is in the feed already"),
    ],
)
def test_an_entry_that_is_no_paper_is_named_and_the_rest_kept(item: str, reason: str) -> None:
    feed = parse_items(LINKED, item)
    assert [record.title for record in feed.records] == ["On mills"]
    assert feed.problems[0].startswith("Entry 2 was left out: ")
    assert reason in feed.problems[0]


def test_a_whole_article_is_no_abstract() -> None:
    item = "{}<description>{}</description><content:encoded>{}</content:encoded>"
    summary = "A summary of some length. " * 5
    kept = only(parse_items(item.format(LINKED, summary, "word " * 2_000))).abstract
    assert kept == summary.strip()
    cut = only(parse_items(item.format(LINKED, "Short.", "word " * 9_000))).abstract
    assert len(cut) <= LONGEST_ABSTRACT + 2
    assert cut.endswith("word …")


def test_no_more_entries_are_read_than_can_be_looked_through() -> None:
    items = [f"<title>A</title><link>/{number}</link>" for number in range(MOST_ENTRIES + 1)]
    feed = parse_items(*items)
    assert len(feed.records) == MOST_ENTRIES
    assert feed.problems == ("The feed has 2001 entries; 2000 were read.",)


@pytest.mark.promise(22)
@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-8", ""),
        ("utf-8", "application/rss+xml; charset=ISO-8859-1"),
        ("utf-8", "text/xml"),
        ("utf-8", "text/html; charset=us-ascii"),
        ("iso-8859-1", "application/rss+xml; charset=iso-8859-1"),
        ("iso-8859-1", "application/rss+xml"),
        ("iso-8859-1", "text/xml; charset=utf-8"),
        ("utf-16", "application/rss+xml"),
    ],
)
def test_letters_come_out_right_whatever_the_server_says(encoding: str, content_type: str) -> None:
    body = RSS.format("<item><title>Über Mühlen</title><link>/1</link></item>")
    feed = parse_body(body.replace("utf-8", encoding).encode(encoding), content_type=content_type)
    assert feed.records[0].title == "Über Mühlen"


def test_a_charset_named_in_the_feed_itself_may_be_wrong_too() -> None:
    body = RSS.format("<item><title>Über Mühlen</title><link>/1</link></item>")
    feed = parse_body(body.replace("utf-8", "iso-8859-1").encode())
    assert only(feed).title == "Über Mühlen"


def test_a_feed_that_is_not_quite_in_order_is_read_and_told_of() -> None:
    feed = parse_items(f"{LINKED}<description>mills &nbsp;&copy; & weirs</description>")
    assert feed.records[0].abstract == "mills © & weirs"
    assert "read all the same: its XML is broken" in feed.problems[0]
    assert "undefined entity" not in feed.problems[0]


@pytest.mark.promise(22)
@pytest.mark.parametrize("cut", [8, 30, 200, 400, 900])
def test_a_feed_that_was_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(ParseError, match="cut off before its end"):
        parse_body(read_sample("journal.xml")[:-cut])


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("", "and it names no feed"),
        (
            '<link rel="alternate" type="application/rss+xml" href="/feed?a=1&amp;b=2">'
            "<LINK HREF=atom.xml TYPE=application/atom+xml REL=alternate>"
            '<link rel="stylesheet" type="text/css" href="/a.css">',
            "Its feeds: https://journal.example.org/feed?a=1&b=2, "
            "https://journal.example.org/rss/atom.xml",
        ),
    ],
)
def test_a_web_page_is_refused_with_the_feeds_that_it_names(head: str, reason: str) -> None:
    body = f"<!doctype html><html><head>{head}</head><body>Welcome</body></html>"
    with pytest.raises(ParseError) as caught:
        parse_body(body.encode())
    assert "a web page, not a feed" in str(caught.value)
    assert str(caught.value).rstrip(".").endswith(reason)


@pytest.mark.parametrize("body", [b"", b"{}", b"%PDF-1.7", b"<opml version='2.0'><body/></opml>"])
def test_what_is_no_feed_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(ParseError, match=r"no RSS or Atom feed: it (begins|is)"):
        parse_body(body)


@pytest.fixture
def origin(settings: Settings, db: None) -> Iterator[Origin]:
    with Origin(day=DAY) as running:
        point_at(running, settings)
        yield running


def test_an_unchanged_feed_is_not_sent_again(origin: Origin) -> None:
    address = f"{origin.url}/feeds/blog.xml"
    first = fetch_feed(address)
    feed = parse_body(first.body, content_type=first.content_type, url=address)
    assert [record.authors for record in feed.records] == [("Cy Miller",)] * 3
    again = fetch_feed(address, etag=first.etag, last_modified=first.last_modified)
    assert again.not_modified


def test_a_page_without_a_feed_of_its_own_leads_to_one(origin: Origin) -> None:
    answer = fetch_feed(f"{origin.url}/feeds/about")
    with pytest.raises(ParseError, match=f"Its feeds: {origin.url}/feeds/blog.xml"):
        parse_body(answer.body, content_type=answer.content_type, url=answer.url)


@pytest.mark.parametrize("name", ["journal", "preprints", "blog"])
def test_a_feed_read_on_two_days_brings_each_paper_once(origin: Origin, name: str) -> None:
    source = make_source(kind=Source.Kind.SYNDICATION, key=f"{origin.url}/feeds/{name}.xml")
    for day in (DAY, DAY + timedelta(days=1)):
        origin.day = day
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        assert refresh(source, now=moment).error == ""
        source.refresh_from_db()
    days = Paper.objects.order_by("announced_on").values_list("announced_on", flat=True)
    assert list(days) == [DAY + timedelta(days=each) for each in (-2, -1, 0, 1)]
