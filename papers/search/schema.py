"""What the index holds about a paper and how its text is cut into terms.

Text is indexed, never stored (snippets come from Postgres), and nothing that changes with votes is
in here. Whoever changes a field or an analyzer raises INDEX_VERSION. Read more: DESIGN 3.3.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import tantivy

from papers.search.analysis import CODES, ENGLISH, NAMES, TERMS, compose, normalise, terms_of
from papers.search.common import NO_PAIRS, Common
from papers.search.forms import author_keys, other_words
from papers.search.spans import terms_of_day

__all__ = ["ENGLISH", "NAMES", "compose", "normalise"]

INDEX_VERSION = 6

# `newest` orders as the pages do (day, then id): the day in the high bits, the id in the low.
_ID_BITS = 40
ID_MASK = (1 << _ID_BITS) - 1
# Where the pairs of common words that stand side by side in a text lie (common.py).
PAIR_FIELDS = {"title": "title_pairs", "abstract": "abstract_pairs"}
# Families of sources, by their bit: new ones come at the end.
SOURCES = ("arxiv", "huggingface", "feed", "file", "sample")
_BOOKMARK_KEY = "bookmark"
# What the facets count: columns with one value for every paper are counted in a fourth of the time
# of one column with several. Few papers have more categories than these.
CATEGORY_COLUMNS = ("category_1", "category_2", "category_3")
MORE_CATEGORIES = "category_more"
NO_CATEGORY = "-"


_ANALYZERS = {"terms": TERMS, "names": NAMES, "codes": CODES}


def build_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_unsigned_field("newest", fast=True)
    builder.add_unsigned_field("month", fast=True)
    builder.add_unsigned_field("told", fast=True)
    # All of a paper's words: to look for a word in one field takes a quarter of the time that
    # three fields take.
    builder.add_text_field("words", tokenizer_name="terms", index_option="freq")
    builder.add_text_field("title", tokenizer_name="terms")
    builder.add_text_field("abstract", tokenizer_name="terms")
    builder.add_text_field("authors", tokenizer_name="names")
    builder.add_text_field("title_words", tokenizer_name="names", index_option="basic")
    for field in PAIR_FIELDS.values():
        builder.add_text_field(field, tokenizer_name="terms", index_option="basic")
    builder.add_text_field("category", tokenizer_name="codes", index_option="basic")
    for name in (*CATEGORY_COLUMNS, MORE_CATEGORIES):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("author", "archive", "identifier", "date", "thing", "source"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("key", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("bookmark", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


SCHEMA = build_schema()


def open_index(folder: Path, *, create: bool = False) -> tantivy.Index:
    """Open the index in `folder` (which exists).

    Raises ValueError when it cannot be read, or has other fields than this code asks: a field that
    is not there, or at another place, would end the process.
    """
    if not create:
        index = _opened(folder)
        if index.schema != SCHEMA:
            raise ValueError("its fields are not those of this version")
        return _prepared(index)
    # Newest first on disk: the newest of many are found in a third of the time.
    index = tantivy.Index(
        SCHEMA,
        path=str(folder),
        reuse=False,
        sort_by_field="newest",
        sort_order=tantivy.Order.Desc,
    )
    return _prepared(index)


def _opened(folder: Path) -> tantivy.Index:
    try:
        return tantivy.Index.open(str(folder))
    except BaseException as error:
        # What the library never expects in a file is no Exception, and would end the process.
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(str(error)) from None


def memory_index() -> tantivy.Index:
    """Return an empty index that lies in memory and is gone with its last reference."""
    return _prepared(tantivy.Index(SCHEMA))


def _prepared(index: tantivy.Index) -> tantivy.Index:
    for name, analyzer in _ANALYZERS.items():
        index.register_tokenizer(name, analyzer)
    # Reloaded by whoever reads it: a watching thread a process would poll all day.
    index.config_reader("manual")
    return index


@dataclass(frozen=True, slots=True)
class IndexedPaper:
    """The part of a paper that is searched; what there are several of, in any order.

    `identifiers` are (scheme, value), as PaperIdentifier has them; `sources` the families that
    told of it (papers/search/changes.py).
    """

    paper_id: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    category_codes: tuple[str, ...]
    announced_on: date | None
    submitted_on: date | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    has_code: bool = False
    has_project: bool = False
    sources: tuple[str, ...] = ()

    @property
    def dated_on(self) -> date | None:
        return self.announced_on or self.submitted_on


def make_document(paper: IndexedPaper, common: Common = NO_PAIRS) -> tantivy.Document:
    """Return what is indexed of `paper`; `common` are the words whose pairs the index holds."""
    document = tantivy.Document()
    document.add_unsigned("id", paper.paper_id)
    document.add_unsigned("newest", newest_key(paper.dated_on, paper.paper_id))
    document.add_unsigned("month", month_number(paper.dated_on))
    document.add_unsigned("told", pack_told(paper))
    _add_words(document, paper, common)
    _add_categories(document, paper.category_codes)
    for field, terms in _exact_terms(paper).items():
        for term in terms:
            document.add_text(field, term)
    return document


def _add_words(document: tantivy.Document, paper: IndexedPaper, common: Common) -> None:
    names = [normalise(name) for name in paper.authors]
    title = normalise(paper.title)
    words = [" ".join(terms_of(" ".join(names)))]
    for field, text in (("title", title), ("abstract", normalise(paper.abstract))):
        terms = terms_of(text)
        words.append(" ".join(terms))
        document.add_text(field, words[-1])
        if common and (pairs := common.pairs_in(terms)):
            document.add_text(PAIR_FIELDS[field], pairs)
        # Another value: a phrase does not run from the text into what is added to it.
        if others := " ".join(terms_of(other_words(text))):
            document.add_text(field, others)
            words.append(others)
    document.add_text("title_words", title)
    # One value a name: a phrase does not run from one author into the next.
    for name in names:
        document.add_text("authors", name)
        if other := other_words(name):
            document.add_text("authors", other)
            words += terms_of(other)
    document.add_text("words", " ".join(words))


def _add_categories(document: tantivy.Document, codes: tuple[str, ...]) -> None:
    for code in codes:
        document.add_text("category", code)
    for archive in {code.partition(".")[0].lower() for code in codes}:
        document.add_text("archive", archive)
    for at, column in enumerate(CATEGORY_COLUMNS):
        document.add_text(column, codes[at] if at < len(codes) else NO_CATEGORY)
    for code in codes[len(CATEGORY_COLUMNS) :]:
        document.add_text(MORE_CATEGORIES, code)


def _exact_terms(paper: IndexedPaper) -> dict[str, Iterable[str]]:
    schemes = {scheme for scheme, _value in paper.identifiers}
    things = {
        "code": paper.has_code,
        "project": paper.has_project,
        "doi": "doi" in schemes,
        "announcement": paper.announced_on is not None,
    }
    return {
        "author": {key for name in paper.authors for key in author_keys(name)},
        "identifier": (identifier_term(*each) for each in paper.identifiers),
        "date": terms_of_day(paper.dated_on),
        "thing": (name for name, has in things.items() if has),
        "source": paper.sources,
    }


def month_number(day: date | None) -> int:
    """Return the months since year 0, which the facets count; 0 without a day."""
    return day.year * 12 + day.month - 1 if day else 0


def month_text(number: int) -> str:
    year, month = divmod(number, 12)
    return f"{year:04}-{month + 1:02}" if year else ""


def pack_told(paper: IndexedPaper) -> int:
    """Return as one number whether a paper has code and who told of it: one count a query."""
    told = sum(2 << at for at, name in enumerate(SOURCES) if name in paper.sources)
    return told | paper.has_code


def unpack_told(number: int) -> tuple[bool, tuple[str, ...]]:
    return bool(number & 1), tuple(name for at, name in enumerate(SOURCES) if number & (2 << at))


def identifier_term(scheme: str, value: str) -> str:
    return f"{scheme}:{value.lower()}"


def remove_paper(writer: tantivy.IndexWriter, paper_id: int) -> None:
    # By query: by term, the library makes a signed number of it, which never matches.
    writer.delete_documents_by_query(tantivy.Query.term_query(SCHEMA, "id", paper_id))


def newest_key(day: date | None, paper_id: int = 0) -> int:
    """Return a number that sorts as (day, id); a paper without a day sorts as the oldest."""
    return ((day.toordinal() if day else 0) << _ID_BITS) + paper_id


def id_of(key: int) -> int:
    """Return the number of the paper that has this `newest_key`."""
    return key & ID_MASK


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
