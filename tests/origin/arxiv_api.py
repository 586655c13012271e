"""Answers as export.arxiv.org/api/query does: Atom, by ids, by category, or both."""

import re
from datetime import date

from papers.identifiers import parse_arxiv_id
from tests.origin.faults import Faults
from tests.origin.library import Library, OriginPaper
from tests.origin.replies import ATOM, Query, Reply, attribute, escape

MOST_RESULTS = 2_000
_NAMESPACES = (
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom"'
)
MOST_OF_A_QUERY = 30_000
_SPAN_TERM = re.compile(r"submittedDate:\[(?P<first>\d{12}) TO (?P<last>\d{12})\]")
_CATEGORY_TERM = re.compile(r"cat:([\w.-]+)")


def answer_query(library: Library, day: date, query: Query, faults: Faults) -> Reply:
    """`id_list`, `search_query` of `cat:` terms joined by OR and one `submittedDate:[]`, paging.

    Only papers announced up to `day` (or never dated) are known. Errors come as the real one
    sends them: HTTP 400 with one entry titled "Error".
    """
    start, size = query.number("start", 0), query.number("max_results", 10)
    error_status = 200 if faults.has_errors_as_ok else 400
    if size > MOST_RESULTS or start + size > MOST_OF_A_QUERY:
        return _error(day, "max_results_must_be_at_most_2000", "too many asked", error_status)
    try:
        found = _found(library, day, query, faults)
    except ValueError as error:
        said = f"incorrect id format for {error}"
        return _error(day, said.replace(" ", "_"), said, error_status)
    page = [] if faults.takes_empty_page() else _page(library, found, start, size)
    entries = "".join(map(_entry, page))
    asked = f"search_query={query.text('search_query')}&id_list={query.text('id_list')}"
    title = f"arXiv Query: {asked}&start={start}&max_results={size}"
    return Reply(200, ATOM, _feed(day, title, entries, len(found), start, size).encode())


def _found(library: Library, day: date, query: Query, faults: Faults) -> list[str]:
    wanted = _CATEGORY_TERM.findall(query.text("search_query"))
    span = _SPAN_TERM.search(query.text("search_query"))
    ids = [_known_form(text) for text in query.text("id_list").split(",") if text.strip()]
    if ids:
        known = (library.get(each) for each in ids)
        candidates = [p.arxiv_id for p in known if p and (p.announced_on or day) <= day]
    else:
        candidates = list(library.ids_until(day)) if wanted else []
    if wanted:
        candidates = [each for each in candidates if _is_in(library.categories(each), wanted)]
    if span:
        candidates = [each for each in candidates if _is_between(library, each, span)]
    if faults.is_unordered:
        return candidates[1::2] + candidates[::2]
    if query.text("sortBy") in ("submittedDate", "lastUpdatedDate"):
        is_reverse = query.text("sortOrder") != "ascending"
        candidates.sort(key=lambda each: _sort_key(library, each), reverse=is_reverse)
    return candidates


def _is_in(categories: tuple[str, ...], wanted: list[str]) -> bool:
    return bool(set(wanted) & set(categories))


def _sort_key(library: Library, arxiv_id: str) -> tuple[str, str]:
    paper = library.get(arxiv_id)
    return (_published(paper) if paper else "", arxiv_id)


def _is_between(library: Library, arxiv_id: str, span: re.Match[str]) -> bool:
    digits = re.sub(r"\D", "", _sort_key(library, arxiv_id)[0])[:12]
    return span["first"] <= digits <= span["last"]


def _known_form(text: str) -> str:
    try:
        return parse_arxiv_id(text).base
    except ValueError:
        raise ValueError(text.strip()) from None


def _page(library: Library, found: list[str], start: int, size: int) -> list[OriginPaper]:
    papers = (library.get(each) for each in found[start : start + size])
    return [paper for paper in papers if paper]


def _entry(paper: OriginPaper) -> str:
    address = f"arxiv.org/abs/{paper.arxiv_id}v{paper.version}"
    published = _published(paper)
    comment = f"    <arxiv:comment>{escape(paper.comment)}</arxiv:comment>\n"
    authors = "".join(
        f"    <author>\n      <name>{escape(name)}</name>\n    </author>\n"
        for name in paper.authors
    )
    categories = "".join(
        f'    <category term={attribute(code)} scheme="http://arxiv.org/schemas/atom"/>\n'
        for code in paper.categories
    )
    primary = "".join(
        f"    <arxiv:primary_category term={attribute(code)}/>\n" for code in paper.categories[:1]
    )
    return f"""  <entry>
    <id>http://{address}</id>
    <title>{escape(paper.title)}</title>
    <updated>{_moment(paper.updated) or published}</updated>
    <link href="https://{address}" rel="alternate" type="text/html"/>
    <summary>{escape(paper.abstract)}</summary>
{categories}    <published>{published}</published>
{comment if paper.comment else ""}{primary}{authors}  </entry>
"""


def _published(paper: OriginPaper) -> str:
    return _moment(paper.published) or _moment(str(paper.announced_on or "2000-01-01"))


def _moment(text: str) -> str:
    """A date or timestamp as the API writes it; "" for none."""
    if not text:
        return ""
    return f"{text}T00:00:00Z" if len(text) == 10 else f"{text[:19]}Z"


def _feed(day: date, title: str, entries: str, total: int, start: int, size: int) -> str:
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed {_NAMESPACES}>
  <id>https://arxiv.org/api/origin</id>
  <title>{escape(title)}</title>
  <updated>{day}T00:00:00Z</updated>
  <opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>
{entries}</feed>
"""


def _error(day: date, fragment: str, summary: str, status: int) -> Reply:
    address = f"https://arxiv.org/api/errors#{escape(fragment)}"
    entry = f"""  <entry>
    <id>{address}</id>
    <title>Error</title>
    <updated>{day}T00:00:00Z</updated>
    <link href={attribute(address)} rel="alternate" type="text/html"/>
    <summary>{escape(summary)}</summary>
    <author>
      <name>arXiv api core</name>
    </author>
  </entry>
"""
    feed = _feed(day, "arXiv Search Results", entry, 1, 0, 1)
    return Reply(status, ATOM, feed.encode())
