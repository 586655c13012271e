"""What a paper's page says of it to programs: Zotero, search engines, those that show links.

It decides tags and their values. Zotero's rules are those of its translators "Embedded Metadata"
and "RDF" (github.com/zotero/translators, 2024-06-13): `citation_journal_title` and
`citation_conference_title` settle the type at once; else a `DC.type` that is one of Zotero's own
types does; else `citation_title` alone makes a journal article (issues 3137, 3175). Tags of
Highwire: scholar.google.com/intl/en/scholar/inclusion.html; JSON-LD: schema.org/ScholarlyArticle.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.utils.safestring import SafeString

from papers.formats.facts import Kind, address_of, doi_of, eprint_of, kind_of
from papers.formats.lines import one_line
from papers.formats.names import read_name
from papers.latex import to_text
from papers.references import Reference

# More would be most of the page of a paper by a whole collaboration.
MOST_AUTHORS = 100
# Within <script> nothing may end it, whatever a title holds (HTML, 4.12.1.3).
_IN_SCRIPT = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})
_PLACES = {Kind.JOURNAL: "citation_journal_title", Kind.CONFERENCE: "citation_conference_title"}


def citation_tags(reference: Reference) -> list[tuple[str, str]]:
    """Return names and values of the <meta> tags, in order; values are plain text, unescaped.

    At most 100 authors. Title and abstract are not here: the page has them in tags that serve
    others too.
    """
    return [(name, value) for name, value in _tags(reference) if value]


def json_ld(reference: Reference) -> SafeString:
    """Return the paper as JSON-LD that is safe between <script> and </script>."""
    said = {name: value for name, value in _said(reference).items() if value}
    return SafeString(json.dumps(said, ensure_ascii=False).translate(_IN_SCRIPT))


def plain(tex: str) -> str:
    return one_line(to_text(tex))


def _tags(reference: Reference) -> Iterator[tuple[str, str]]:
    kind = kind_of(reference)
    authors = reference.authors[:MOST_AUTHORS]
    for author in authors:
        yield "citation_author", _author(author, is_alone=len(authors) == 1)
    day = reference.published_at.strftime("%Y/%m/%d")
    yield "citation_publication_date", day
    yield "citation_online_date", day
    if kind in _PLACES:
        yield _PLACES[kind], plain(reference.journal_ref)
    if kind is Kind.PREPRINT:
        # By name: that of Highwire for an archive would make a report of it.
        yield "DC.type", "preprint"
        yield "citation_publisher", "arXiv"
        yield "citation_technical_report_number", eprint_of(reference)
    yield "citation_doi", doi_of(reference)
    yield "citation_arxiv_id", reference.arxiv_id
    if reference.arxiv_id:
        yield "citation_pdf_url", f"https://arxiv.org/pdf/{reference.arxiv_id}"
    yield "citation_abstract_html_url", address_of(reference)


def _author(author: str, *, is_alone: bool) -> str:
    """With a comma the family name keeps its particles; but a name that is alone and has several
    words on both sides of one is two authors to Zotero."""
    name = read_name(author)
    if not name.given:
        return name.family
    given = f"{name.given} {name.suffix}".strip()
    return f"{given} {name.family}" if is_alone else f"{name.family}, {given}"


def _said(reference: Reference) -> dict[str, Any]:
    doi = doi_of(reference)
    same_as = [reference.url, f"https://doi.org/{doi}" if doi else ""]
    journal = plain(reference.journal_ref)
    return {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "@id": reference.page,
        "headline": plain(reference.title),
        "author": [
            {"@type": "Person", "name": one_line(author)}
            for author in reference.authors[:MOST_AUTHORS]
        ],
        "datePublished": reference.published_at.date().isoformat(),
        "dateModified": reference.updated_at.date().isoformat(),
        "identifier": [
            name for name in (eprint_of(reference), f"doi:{doi}" if doi else "") if name
        ],
        "sameAs": [address for address in same_as if address],
        "isPartOf": {"@type": "Periodical", "name": journal} if journal else None,
        "publisher": {"@type": "Organization", "name": "arXiv"}
        if kind_of(reference) is Kind.PREPRINT and reference.arxiv_id
        else None,
        "keywords": list(reference.categories),
    }
