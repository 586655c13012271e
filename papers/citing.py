"""What a paper's page shows to those who cite it."""

from urllib.parse import quote, urlencode

from django.utils.html import format_html_join

from papers import metadata, takings
from papers.bylines import link_names
from papers.formats import styles
from papers.formats.bibtex import entry_of
from papers.link_pictures import picture_address
from papers.links import link
from papers.models import Paper
from papers.outside import links_of
from papers.references import Reference


def cite_address(paper: Paper, ending: str) -> str:
    """Return the address of the paper as a file of this format."""
    if paper.arxiv_id:
        return link("papers:cite", paper.arxiv_id, ending)
    return link("papers:cite_by_number", paper.pk, ending)


def context_for(paper: Paper, reference: Reference) -> dict[str, object]:
    """Return what _paper_head.html and _cite.html show. No queries."""
    return {
        "plain_title": metadata.plain(reference.title),
        "plain_abstract": metadata.plain(reference.abstract),
        # Joined here: loops of the template took a fifth of the page's time.
        "citation_tags": format_html_join(
            "\n  ", '<meta name="{}" content="{}">', metadata.citation_tags(reference)
        ),
        "json_ld": metadata.json_ld(reference),
        "picture": picture_address(paper),
        "bibtex": entry_of(reference),
        "bibtex_address": cite_address(paper, "bib"),
        "ris_address": cite_address(paper, "ris"),
        "takings": takings.files(lambda ending: cite_address(paper, ending)),
        "styles": styles.styled(reference),
        "outside": links_of(paper, reference),
        "page_address": reference.page,
        "mailto": _mailto(reference),
        "author_links": link_names(reference.authors),
    }


def _mailto(reference: Reference) -> str:
    said = {"subject": metadata.plain(reference.title), "body": reference.page}
    # Mail programs take a plus sign for what it is (RFC 6068, 5).
    return f"mailto:?{urlencode(said, quote_via=quote)}"
