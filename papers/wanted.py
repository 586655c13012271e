"""Which paper a reader means by what they paste: an arXiv id, a DOI, or a page's address.

It decides by the text alone; never asks the network or the database. What it cannot read is a
ValueError in words. Read more: papers/identifiers.py, papers/addresses.py.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from papers import own_pages
from papers.addresses import public_address
from papers.identifiers import doi_in, normalise_doi, parse_arxiv_id
from papers.models import PaperRequest

Scheme = PaperRequest.Scheme

_ID_SHAPE = re.compile(
    r"(?:arxiv\s*:\s*)?(?:[a-z.-]+/\d{7}|\d{4}\.\d{3,7})(?:v\d+)?", re.IGNORECASE
)
_ADDRESS_SHAPE = re.compile(r"(?:https?|feed)://|[\w-]+(?:\.[\w-]+)+/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A paper by `scheme` ("arxiv", "doi", "url", or "number" on this site) and normalised `value`.

    `doi` is the one that the address of a page holds, if it does: probable, not certain.
    """

    scheme: str
    value: str
    doi: str = ""

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Every (scheme, value) under which the paper may be known already."""
        other = ((str(Scheme.DOI), self.doi),) if self.doi else ()
        return ((self.scheme, self.value), *other)


def read_wanted(text: str) -> Wanted:
    """What `text` as a whole names; raises ValueError in words for whoever pasted it."""
    text = text.strip()
    if not text:
        raise ValueError(_("Paste an arXiv id, a DOI or the address of a paper's page."))
    if own := own_pages.name_in(text):
        return Wanted(*own)
    try:
        return Wanted(Scheme.ARXIV, parse_arxiv_id(text).base)
    except ValueError:
        if _ID_SHAPE.fullmatch(text):
            raise
    try:
        return Wanted(Scheme.DOI, normalise_doi(text))
    except ValueError:
        return _read_address(text)


def _read_address(text: str) -> Wanted:
    if not _ADDRESS_SHAPE.match(text):
        shown = f"{text[:60]}…" if len(text) > 60 else text
        words = _("“%s” is neither an arXiv id nor a DOI nor an address.")
        raise ValueError(words % " ".join(shown.split()))
    address = public_address(text)
    return Wanted(Scheme.URL, address, doi_in(address))
