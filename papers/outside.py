"""Where else a paper can be read: links to other sites from its page.

It decides which there are and their order; it never asks whether they answer.
"""

from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from papers.formats.facts import dated, doi_of
from papers.models import Paper, PaperStats
from papers.numerals import grouped
from papers.references import Reference

# arXiv makes HTML of TeX sent in since then (info.arxiv.org/about/accessible_HTML.html).
_HTML_SINCE = (2023, 12)


@dataclass(frozen=True, slots=True)
class OutsideLink:
    """`note` says more, such as how many stars the code has; "" for nothing."""

    label: str
    address: str
    note: str = ""


def links_of(paper: Paper, reference: Reference) -> list[OutsideLink]:
    """Return the paper's links, its text first. No queries where its stats are loaded."""
    stats = getattr(paper, "stats", None)
    links = _on_arxiv(reference)
    if not reference.arxiv_id and paper.url:
        links.append(OutsideLink(_("Its page"), paper.url))
    if doi := doi_of(reference):
        links.append(OutsideLink("DOI", f"https://doi.org/{quote(doi, safe='/')}"))
    if paper.code_url:
        links.append(OutsideLink(_("Code"), paper.code_url, _stars(stats)))
    if paper.project_url:
        links.append(OutsideLink(_("Project"), paper.project_url))
    if reference.arxiv_id and stats and stats.upvotes is not None:
        address = f"https://huggingface.co/papers/{quote(reference.arxiv_id)}"
        links.append(OutsideLink("Hugging Face", address))
    return links


def _on_arxiv(reference: Reference) -> list[OutsideLink]:
    if not reference.arxiv_id:
        return []
    kinds = [("arXiv", "abs"), ("PDF", "pdf")]
    if dated(reference) >= _HTML_SINCE:
        kinds.append(("HTML", "html"))
    return [
        OutsideLink(label, f"https://arxiv.org/{kind}/{reference.arxiv_id}")
        for label, kind in kinds
    ]


def _stars(stats: PaperStats | None) -> str:
    if stats is None or stats.stars is None:
        return ""
    return ngettext("%(n)s star", "%(n)s stars", stats.stars) % {"n": grouped(stats.stars)}
