"""The page of a paper at its publisher: which arXiv id and which DOI it says of itself.

It reads the tags that are there for indexers and nothing else of the page.
Read more: https://scholar.google.com/intl/en/scholar/inclusion.html#indexing (citation_ tags).
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser

from papers.feeds.fetch import FetchedResponse, fetch
from papers.feeds.records import ParseError
from papers.feeds.text import opening
from papers.identifiers import ARXIV_DOI_PREFIX, doi_in, normalise_doi, parse_arxiv_id

LARGEST_BYTES = 3_000_000
ARXIV_TAGS = ("citation_arxiv_id",)
DOI_TAGS = (
    "citation_doi",
    "dc.identifier",
    "dc.identifier.doi",
    "dcterms.identifier",
    "prism.doi",
    "bepress_citation_doi",
    "doi",
)


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What the page names, normalised; "" for what it does not."""

    arxiv_id: str = ""
    doi: str = ""


def fetch_page(url: str) -> FetchedResponse:
    """The page at `url`, at most 3 MB of it. Raises FetchError."""
    return fetch(url, largest_bytes=LARGEST_BYTES)


def parse(body: bytes, *, url: str) -> Identifiers:
    """The names in the page that came from `url`; where it says none, those of the address itself.

    Raises ParseError for what is no web page.
    """
    text = body[:LARGEST_BYTES].decode("utf-8", "replace")
    tags = _Tags()
    try:
        tags.feed(text)
        tags.close()
    except (ValueError, AssertionError) as error:
        raise ParseError(f"{url[:200]} is no web page that can be read.") from error
    if not tags.has_any:
        raise ParseError(f"{url[:200]} is no web page: {opening(body)}.")
    dois = [value for name in DOI_TAGS for value in tags.found.get(name, [])]
    ids = [value for name in ARXIV_TAGS for value in tags.found.get(name, [])]
    arxiv_dois = [value for value in dois if ARXIV_DOI_PREFIX in value.lower()]
    return Identifiers(_first_arxiv_id([*ids, *arxiv_dois, url]), _first_doi([*dois, doi_in(url)]))


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.has_any = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.has_any = True
        if tag != "meta":
            return
        values = dict(attrs)
        name = (values.get("name") or values.get("property") or "").strip().lower()
        if name in (*ARXIV_TAGS, *DOI_TAGS):
            self.found.setdefault(name, []).append(values.get("content") or "")


def _first_arxiv_id(texts: Iterable[str]) -> str:
    for text in texts:
        with suppress(ValueError):
            return parse_arxiv_id(text).base
    return ""


def _first_doi(texts: Iterable[str]) -> str:
    for text in texts:
        with suppress(ValueError):
            doi = normalise_doi(text)
            if not doi.startswith(ARXIV_DOI_PREFIX):
                return doi
    return ""
