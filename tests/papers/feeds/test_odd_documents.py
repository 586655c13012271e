import pytest

from papers.feeds.records import FeedError, ParseError
from tests.papers.feeds.parsers import PARSERS
from tests.papers.feeds.sampling import read_sample

pytestmark = pytest.mark.promise(22)

HTML = b"<!doctype html><html><head><title>Sorry</title></head><body>Come back later.</body></html>"
RSS, ATOM = read_sample("arxiv_rss.xml"), read_sample("arxiv_atom.xml")
ODD = {
    "nothing": b"",
    "spaces": b" \n" * 1_000,
    "zeros": bytes(10_000),
    "every byte": bytes(range(256)) * 40,
    "HTML": HTML,
    "a cut feed": RSS[: len(RSS) // 2],
    "a feed cut in a letter": ATOM[: ATOM.rindex(b"</entry>") - 1],
    "UTF-8 said to be UTF-16": RSS.replace(b"UTF-8", b"UTF-16").replace(b"utf-8", b"utf-16"),
    "an encoding of nobody": b'<?xml version="1.0" encoding="x-nobody"?>' + RSS.split(b"?>", 1)[1],
    "Latin-1 said to be UTF-8": b"<rss><channel><title>\xe9</title></channel></rss>",
    "UTF-16 without a mark": RSS.decode().encode("utf-16-be"),
    "two feeds": RSS + RSS,
    "a stray end": b"<rss version='2.0'><channel><image></width></image>&</channel></rss>",
    "null": b"null",
    "an object": b'{"message": "Not Found"}',
    "null fields": b'[{"paper": null}, {"paper": {"id": null, "title": null}}, null, 7, "x"]',
    "numbers without end": b"[" + b"9" * 100_000 + b"]",
    "deep lists": b"[" * 100_000,
    "half a letter": b'["\\ud800"]',
}  # fmt: skip
READS_HTML = ("arxiv_list", "landing")


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", PARSERS)
def test_odd_bytes_are_read_or_refused_in_words(name: str, odd: str) -> None:
    words = ""
    try:
        assert PARSERS[name](ODD[odd]) is not None
    except FeedError as error:
        words = str(error)
    assert words == "" or len(words.split()) > 4


@pytest.mark.parametrize("odd", ["nothing", "zeros", "HTML"])
@pytest.mark.parametrize("name", [name for name in PARSERS if name not in READS_HTML])
def test_what_is_no_answer_is_refused(name: str, odd: str) -> None:
    with pytest.raises(ParseError):
        PARSERS[name](ODD[odd])


@pytest.mark.parametrize("odd", ["a cut feed", "a feed cut in a letter"])
def test_half_a_feed_of_arxiv_is_refused_as_a_whole(odd: str) -> None:
    for name in ("arxiv_rss", "arxiv_api"):
        with pytest.raises(ParseError):
            PARSERS[name](ODD[odd])
