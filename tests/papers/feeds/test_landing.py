import pytest

from papers.feeds.landing import Identifiers, parse
from papers.feeds.records import ParseError

ADDRESS = "https://journal.example.org/articles/17"


def parse_head(head: str, url: str = ADDRESS) -> Identifiers:
    return parse(f"<!doctype html><html><head>{head}</head></html>".encode(), url=url)


@pytest.mark.parametrize(
    ("head", "named"),
    [
        ('<meta name="citation_doi" content="10.1000/JWW.17">', Identifiers("", "10.1000/jww.17")),
        ("<META NAME=DC.Identifier CONTENT='doi:10.1000/a'/>", Identifiers("", "10.1000/a")),
        ('<meta property="prism.doi" content="doi.org/10.1000/a">', Identifiers("", "10.1000/a")),
        ('<meta name="citation_arxiv_id" content="2603.00101">', Identifiers("2603.00101", "")),
        (
            '<meta name="citation_doi" content="10.48550/arXiv.2603.00101v2">',
            Identifiers("2603.00101", ""),
        ),
        (
            '<meta name="dc.identifier" content="urn:isbn:1">'
            '<meta name="dc.identifier" content="10.1000/b">',
            Identifiers("", "10.1000/b"),
        ),
        ('<meta name="citation_doi"><meta name="citation_doi" content="soon">', Identifiers()),
        ('<meta name="citation_reference" content="10.1000/other">', Identifiers()),
        ("<title>10.1000/other</title>", Identifiers()),
    ],
)
def test_a_page_names_its_paper_in_its_own_tags(head: str, named: Identifiers) -> None:
    assert parse_head(head) == named


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://arxiv.org/abs/2603.00101v1", Identifiers("2603.00101", "")),
        ("https://example.org/doi/full/10.1000/jww.17", Identifiers("", "10.1000/jww.17")),
        ("https://example.org/doi/10.48550/arXiv.2603.00101", Identifiers()),
    ],
)
def test_where_the_tags_say_nothing_the_address_does(url: str, named: Identifiers) -> None:
    assert parse_head("<title>Mills</title>", url=url) == named


def test_the_tags_count_before_the_address() -> None:
    head = '<meta name="citation_doi" content="10.1000/a">'
    assert parse_head(head, url="https://example.org/doi/10.1000/other").doi == "10.1000/a"


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7 \x00\xff", b'{"doi": "10.1000/a"}'])
def test_what_is_no_page_is_an_error_in_words(body: bytes) -> None:
    with pytest.raises(ParseError, match=r"is no web page: it (begins|is)"):
        parse(body, url=ADDRESS)
