"""What Zotero's connector makes of a paper's page, by the rules it goes by."""

import json
from dataclasses import replace

import pytest
from django.test import Client
from lxml import html
from lxml.html import HtmlElement

from papers.metadata import MOST_AUTHORS, citation_tags, json_ld
from papers.models import PaperIdentifier
from papers.references import Reference
from tests.factories import make_paper
from tests.papers.formats.sample import PAPER

PUBLISHED = replace(PAPER, journal_ref="J. Owls 3 (2026)", doi="10.1000/owls")
IN_PROCEEDINGS = replace(PAPER, journal_ref="Proceedings of Owls 2026")
ELSEWHERE = replace(PAPER, arxiv_id="", doi="10.1000/owls", url="https://example.org/owls")
# Zotero's own types, as far as `DC.type` may name one.
ITEM_TYPES = ("preprint", "journalArticle", "conferencePaper", "report", "webpage")


def zotero_type(tags: list[tuple[str, str]]) -> str:
    """The type of the item, as Zotero's "Embedded Metadata" and "RDF" translators find it.

    github.com/zotero/translators, "Embedded Metadata.js" of 2024-06-13, `init`: a Highwire tag of
    a place settles it; else `detectType` of "RDF.js": a `DC.type` that is a type of Zotero; else
    `citation_title`, which every page has, makes a journal article (PR 3146, issue 3175).
    """
    names = dict(tags)
    for name, kind in (
        ("citation_journal_title", "journalArticle"),
        ("citation_technical_report_institution", "report"),
        ("citation_conference_title", "conferencePaper"),
    ):
        if name in names:
            return kind
    return names["DC.type"] if names.get("DC.type") in ITEM_TYPES else "journalArticle"


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        (PAPER, "preprint"),
        (PUBLISHED, "journalArticle"),
        (IN_PROCEEDINGS, "conferencePaper"),
        (ELSEWHERE, "journalArticle"),
    ],
)
def test_zotero_takes_preprints_for_preprints(reference: Reference, kind: str) -> None:
    assert zotero_type(citation_tags(reference)) == kind


def test_a_preprint_has_its_archive_number_and_pdf() -> None:
    assert citation_tags(PAPER) == [
        ("citation_author", "van der Moor, Ada"),
        ("citation_author", "Ål, Björn"),
        ("citation_publication_date", "2026/03/02"),
        ("citation_online_date", "2026/03/02"),
        ("DC.type", "preprint"),
        ("citation_publisher", "arXiv"),
        ("citation_technical_report_number", "arXiv:2603.00141"),
        ("citation_arxiv_id", "2603.00141"),
        ("citation_pdf_url", "https://arxiv.org/pdf/2603.00141"),
        ("citation_abstract_html_url", "https://arxiv.org/abs/2603.00141"),
    ]


def test_a_published_paper_has_its_journal_and_doi_and_no_archive() -> None:
    tags = dict(citation_tags(PUBLISHED))
    assert tags["citation_journal_title"] == "J. Owls 3 (2026)"
    assert tags["citation_doi"] == "10.1000/owls"
    assert "citation_publisher" not in tags


@pytest.mark.parametrize(
    ("authors", "written"),
    [
        (("Ada Maria van der Moor",), ["Ada Maria van der Moor"]),
        (("Sammy Davis Jr.", "The Owl Team"), ["Davis, Sammy Jr.", "The Owl Team"]),
    ],
)
def test_an_author_who_is_alone_is_not_cut_at_a_comma(
    authors: tuple[str, ...], written: list[str]
) -> None:
    tags = citation_tags(replace(PAPER, authors=authors))
    assert [value for name, value in tags if name == "citation_author"] == written


def test_a_collaboration_does_not_fill_the_page() -> None:
    tags = citation_tags(replace(PAPER, authors=tuple(f"Ada {n}" for n in range(3_000))))
    assert sum(name == "citation_author" for name, _value in tags) == MOST_AUTHORS


@pytest.mark.promise(27)
@pytest.mark.parametrize(
    "text", ["</script><b>x", "<!--<script>", "&lt;/script&gt;", "\u2028<", "]]>"]
)
def test_nothing_in_json_ld_ends_its_script(text: str) -> None:
    said = json_ld(replace(PAPER, title=text, authors=(text,), journal_ref=text))
    assert not any(sign in said for sign in "<>&\u2028")
    assert json.loads(said)["headline"] == " ".join(text.split())


def test_json_ld_says_what_is_known() -> None:
    said = json.loads(json_ld(PUBLISHED))
    assert (said["@type"], said["headline"]) == ("ScholarlyArticle", "Kestrels at dusk")
    assert said["identifier"] == ["arXiv:2603.00141", "doi:10.1000/owls"]
    assert said["sameAs"] == ["https://arxiv.org/abs/2603.00141", "https://doi.org/10.1000/owls"]
    assert said["isPartOf"] == {"@type": "Periodical", "name": "J. Owls 3 (2026)"}


def page_of(client: Client, address: str) -> HtmlElement:
    return html.fromstring(client.get(address).content.decode())


@pytest.mark.django_db
def test_the_head_of_the_page_holds_them_in_plain_text(client: Client) -> None:
    paper = make_paper(
        arxiv_id="2603.00141", title=r'Schr\"odinger & <i> "$R^2$"', abstract="Of $x^2$."
    )
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1000/owls")
    head = page_of(client, "/paper/2603.00141/").find("head")
    tags = {
        meta.get("name") or meta.get("property"): meta.get("content") for meta in head.iter("meta")
    }
    assert tags["citation_title"] == 'Schrödinger & <i> "R²"'
    assert tags["description"] == "Of x²."
    assert (tags["DC.type"], tags["og:type"]) == ("preprint", "article")
    assert tags["citation_doi"] == "10.1000/owls"
    (script,) = head.xpath("script[@type='application/ld+json']")
    assert json.loads(script.text)["headline"] == tags["citation_title"]
    (link,) = head.xpath("link[@type='application/x-bibtex']")
    assert link.get("href") == "/paper/2603.00141/cite.bib"
    assert head.xpath("link[@rel='alternate']/@href")[1] == "/paper/2603.00141/cite.ris"


@pytest.mark.django_db
def test_no_tag_that_zotero_takes_before_ours_is_there(client: Client) -> None:
    """Its "RDF" translator takes `og:url` for the address, `og:site_name` for the journal."""
    make_paper(arxiv_id="2603.00141")
    page = client.get("/paper/2603.00141/").content.decode()
    assert "og:url" not in page
    assert "og:site_name" not in page


@pytest.mark.django_db
def test_the_page_shows_the_entry_and_all_formats(client: Client) -> None:
    make_paper(arxiv_id="2603.00141", authors=("Ada Moor",))
    page = page_of(client, "/paper/2603.00141/")
    (field,) = page.xpath("//textarea[@readonly]")
    assert field.text.strip().startswith("@misc{moor2026-2603.00141,")
    assert field.get("id") in page.xpath("//button/@data-copy")
    hrefs = page.xpath("//ul[@class='takings']//a/@href")
    assert [href.split("/cite.")[1] for href in hrefs] == [
        "bib",
        "ris",
        "csl.json",
        "csv",
        "md",
        "txt",
    ]


@pytest.mark.django_db
def test_authors_lead_to_pages_of_theirs(client: Client) -> None:
    authors = ('Ada "Owl" Moor', *(f"B{number}" for number in range(50)))
    make_paper(arxiv_id="2603.00141", authors=authors)
    page = page_of(client, "/paper/2603.00141/")
    links = page.xpath(
        "//header[@class='paper-head']//a[starts-with(@href, '/author/')][not(ancestor::details)]"
    )
    assert links[0].get("href") == "/author/Ada%20%22Owl%22%20Moor/"
    assert ("".join(links[0].itertext()), len(links)) == ('Ada "Owl" Moor', 50)
    assert "B49" in page.xpath("string(//header[@class='paper-head'])")
