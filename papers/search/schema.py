"""What the index holds about a paper and how its text is cut into terms.

Text is indexed, never stored (snippets come from Postgres), and nothing that changes with votes is
in here. Whoever changes a field or an analyzer raises INDEX_VERSION. Read more: DESIGN 3.3.
"""

import json
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import tantivy

from papers.search.spelling import spell

INDEX_VERSION = 2
LONGEST_TERM_BYTES = 100

# `newest` orders as the pages do (day, then id): the day in the high bits, the id in the low.
_ID_BITS = 40
_BOOKMARK_KEY = "bookmark"


def _english() -> tantivy.TextAnalyzer:
    # Hyphens separate terms, and a hyphenated word is searched as a phrase: "decoder-only" finds
    # "decoder only" too.
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(LONGEST_TERM_BYTES))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _names() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(LONGEST_TERM_BYTES))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .build()
    )


ENGLISH = _english()
NAMES = _names()


def build_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_unsigned_field("newest", fast=True)
    builder.add_text_field("title", tokenizer_name="english")
    builder.add_text_field("abstract", tokenizer_name="english")
    builder.add_text_field("authors", tokenizer_name="names")
    builder.add_text_field("category", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("key", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("bookmark", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


SCHEMA = build_schema()


def open_index(folder: Path, *, create: bool = False) -> tantivy.Index:
    """Open the index in `folder` (which exists); raises ValueError when it cannot be read."""
    index = (
        tantivy.Index(SCHEMA, path=str(folder), reuse=False)
        if create
        else tantivy.Index.open(str(folder))
    )
    index.register_tokenizer("english", ENGLISH)
    index.register_tokenizer("names", NAMES)
    # Reloaded by whoever reads it: a watching thread a process would poll all day.
    index.config_reader("manual")
    return index


@dataclass(frozen=True, slots=True)
class IndexedPaper:
    """The part of a paper that is searched; `category_codes` in any order."""

    paper_id: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    category_codes: tuple[str, ...]
    announced_on: date | None


def make_document(paper: IndexedPaper) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("id", paper.paper_id)
    document.add_unsigned("newest", newest_key(paper.announced_on, paper.paper_id))
    document.add_text("title", normalise(paper.title))
    document.add_text("abstract", normalise(paper.abstract))
    # One value a name: a phrase does not run from one author into the next.
    for name in paper.authors:
        document.add_text("authors", normalise(name))
    for code in paper.category_codes:
        document.add_text("category", code.lower())
    return document


def remove_paper(writer: tantivy.IndexWriter, paper_id: int) -> None:
    # By query: by term, the library makes a signed number of it, which never matches.
    writer.delete_documents_by_query(tantivy.Query.term_query(SCHEMA, "id", paper_id))


def newest_key(day: date | None, paper_id: int = 0) -> int:
    """Return a number that sorts as (day, id); a paper without a day sorts as the oldest."""
    return ((day.toordinal() if day else 0) << _ID_BITS) + paper_id


def compose(text: str) -> str:
    """Return `text` with accents and letters as one: é, not e with a combining accent."""
    return unicodedata.normalize("NFC", text)


def normalise(text: str) -> str:
    """Return `text` as the analyzers are to have it: composed, and spelled one way."""
    return spell(compose(text))


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far an index has read, and of which database.

    Every change of a transaction below `cursor` (an xid8) is in the index. It lies in the index as
    a document, replaced in the same commit as the papers: the library has no commit payload.
    """

    cursor: int
    database: str
    epoch: str
    version: int = INDEX_VERSION


def write_bookmark(writer: tantivy.IndexWriter, bookmark: Bookmark) -> None:
    writer.delete_documents_by_term("key", _BOOKMARK_KEY)
    document = tantivy.Document()
    document.add_text("key", _BOOKMARK_KEY)
    document.add_text("bookmark", json.dumps(asdict(bookmark)))
    writer.add_document(document)


def read_bookmark(index: tantivy.Index) -> Bookmark | None:
    """Return the bookmark of the last commit, None when there is none that can be read."""
    searcher = index.searcher()
    query = tantivy.Query.term_query(SCHEMA, "key", _BOOKMARK_KEY)
    hits = searcher.search(query, limit=1).hits
    if not hits:
        return None
    try:
        return Bookmark(**json.loads(searcher.doc(hits[0][1])["bookmark"][0]))
    except (TypeError, ValueError):
        return None
