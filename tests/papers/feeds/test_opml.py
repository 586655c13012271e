import pytest

from papers.feeds.opml import MOST_FEEDS, OpmlFeed, read_opml, write_opml
from papers.feeds.records import ParseError

LIST = """<?xml version="1.0" encoding="UTF-8"?><opml version="1.0"><head><title>Mine</title></head>
<body>{}</body></opml>"""


def make_list(outlines: str) -> bytes:
    return LIST.format(outlines).encode()


def test_feeds_are_found_in_folders_of_any_depth() -> None:
    found = read_opml(
        make_list("""<outline text="Mills"><outline text="Deep"><outline type="rss" text="Weirs"
        xmlUrl="https://example.org/feed?a=1&amp;b=2"/></outline></outline>
        <outline text="A" title="Blades" XMLURL=" https://example.org/blades "/>""")
    )
    assert found.feeds == [
        OpmlFeed("Weirs", "https://example.org/feed?a=1&b=2"),
        OpmlFeed("Blades", "https://example.org/blades"),
    ]
    assert found.problems == []


def test_an_address_twice_and_a_feed_without_one_are_told() -> None:
    outline = '<outline text="A" xmlUrl="https://example.org/1"/>'
    found = read_opml(make_list(outline * 2 + '<outline type="rss" text="Lost"/><outline/>'))
    assert [feed.title for feed in found.feeds] == ["A"]
    assert found.problems == [
        "https://example.org/1 is in the list twice.",
        "“Lost” is left out: it has no address.",
    ]


def test_no_more_feeds_are_read_than_anybody_follows() -> None:
    outlines = (f'<outline xmlUrl="https://example.org/{each}"/>' for each in range(MOST_FEEDS + 5))
    found = read_opml(make_list("".join(outlines)))
    assert len(found.feeds) == MOST_FEEDS
    assert found.problems == ["The list has more than 1000 feeds; the rest is left."]


def test_what_is_written_is_read_again() -> None:
    feeds = [
        OpmlFeed("Über <Mühlen> & “Wehre”", "https://example.org/?a=1&b=2"),
        OpmlFeed("", "https://example.org/2"),
    ]
    body = write_opml(feeds, title="Feeds\x00 of & <b>")
    assert read_opml(body).feeds == [feeds[0], OpmlFeed(feeds[1].url, feeds[1].url)]
    assert b'<opml version="2.0">' in body


@pytest.mark.promise(23)
@pytest.mark.parametrize(
    "entities",
    [
        "<!ENTITY e 'https://example.org/'>",
        "<!ENTITY a 'ha'><!ENTITY b '&a;&a;'><!ENTITY e '&b;&b;'>",
        "<!ENTITY e SYSTEM 'file:///etc/passwd'>",
        "<!ENTITY % p SYSTEM 'http://127.0.0.1:9/'> %p; <!ENTITY e 'x'>",
    ],
)
@pytest.mark.parametrize("place", ['<outline xmlUrl="&e;"/>', "<outline>&e;</outline>"])
def test_a_list_that_declares_entities_is_refused(entities: str, place: str) -> None:
    body = LIST.replace("<opml", f"<!DOCTYPE opml [{entities}]><opml").format(place)
    with pytest.raises(ParseError, match="list of feeds"):
        read_opml(body.encode())


@pytest.mark.parametrize(
    "body",
    [b"", b"<rss/>", b"<!doctype html><html></html>", make_list("<outline>"), b"{}", b"\x00\xff"],
)
def test_what_is_no_list_of_feeds_is_an_error_in_words(body: bytes) -> None:
    with pytest.raises(ParseError, match=r"This is no list of feeds \(OPML\)"):
        read_opml(body)


def test_folders_without_end_are_refused() -> None:
    with pytest.raises(ParseError, match="list of feeds"):
        read_opml(make_list("<outline>" * 5_000 + "</outline>" * 5_000))
