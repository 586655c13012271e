"""Answers as export.arxiv.org/api/query does: Atom, by ids, by category, or both."""

import re
from datetime import date

from papers.identifiers import parse_arxiv_id
from tests.origin.library import Library, OriginPaper
from tests.origin.replies import ATOM, Query, Reply, attribute, escape

MOST_RESULTS = 2_000
_NAMESPACES = (
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom"'
)
_CATEGORY_TERM = re.compile(r"cat:([\w.-]+)")


def answer_query(library: Library, day: date, query: Query) -> Reply:
    """`id_list`, `search_query` of `cat:` terms joined by OR, `start`, `max_results`, sorting.

    Only papers announced up to `day` (or never dated) are known. Faults come as the real one
    sends them: HTTP 400 with one entry titled "Error".
    """
    start, size = query.number("start", 0), query.number("max_results", 10)
    if size > MOST_RESULTS:
        return _error(day, "max_results_must_be_at_most_2000", "max_results is too large")
    try:
        found = _found(library, day, query)
    except ValueError as error:
        return _error(day, f"incorrect_id_format_for_{error}", f"incorrect id format for {error}")
    entries = "".join(_entry(paper) for paper in _page(library, found, start, size))
    return Reply(200, ATOM, _feed(day, entries, len(found), start, size).encode())


def _found(library: Library, day: date, query: Query) -> list[str]:
    wanted = _CATEGORY_TERM.findall(query.text("search_query"))
    ids = [_known_form(text) for text in query.text("id_list").split(",") if text.strip()]
    if ids:
        known = (library.get(each) for each in ids)
        candidates = [p.arxiv_id for p in known if p and (p.announced_on or day) <= day]
    else:
        candidates = list(library.ids_until(day)) if wanted else []
    if wanted:
        candidates = [each for each in candidates if set(wanted) & set(library.categories(each))]
    is_dated_sort = query.text("sortBy") in ("submittedDate", "lastUpdatedDate")
    if is_dated_sort:
        candidates.sort(reverse=query.text("sortOrder") != "ascending")
    return candidates


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
    published = _moment(paper.published) or _moment(str(paper.announced_on or "2000-01-01"))
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


def _moment(text: str) -> str:
    """A date or timestamp as the API writes it; "" for none."""
    if not text:
        return ""
    return f"{text}T00:00:00Z" if len(text) == 10 else f"{text[:19]}Z"


def _feed(day: date, entries: str, total: int, start: int, size: int) -> str:
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed {_NAMESPACES}>
  <id>https://arxiv.org/api/origin</id>
  <title>arXiv Query</title>
  <updated>{day}T00:00:00Z</updated>
  <opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>
{entries}</feed>
"""


def _error(day: date, fragment: str, summary: str) -> Reply:
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
    return Reply(400, ATOM, _feed(day, entry, 1, 0, 1).encode())
