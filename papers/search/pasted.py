"""Tells whether a text is nothing but the name of a paper: an arXiv id, a DOI, or an address.

It decides which paper is meant; never whether it is here, and it opens no address. Read more:
papers/identifiers.py.
"""

import re
from urllib.parse import unquote

from papers.identifiers import doi_in, normalise_doi, parse_arxiv_id
from papers.search.tree import Identified

# As arXiv's own pages and lists of references write it: arXiv:2401.12345v2 [cs.CL].
_CLASS_AFTER = re.compile(r"\[[a-z-]+(?:\.[a-z-]+)?\]$", re.IGNORECASE | re.ASCII)
_ARXIV_BEFORE = re.compile(r"arxiv\s+(?:id\s*:?\s*)?(?=[\w-])", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
# Other sites on papers: .../arxiv/2401.12345, .../papers/2401.12345v2.pdf, ...?pid=2401.12345. The
# number alone may be anything; the word before it says what it is.
_ID_IN_ADDRESS = re.compile(
    r"(?:\b(?:arxiv|abs|pdf|html|papers?|overview)[/:.]|\b(?:arxiv|pid|id)=)(?:arxiv[:.])?"
    r"((?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?)(?:\.pdf)?(?=[/?#&]|$)",
    re.IGNORECASE | re.ASCII,
)
_WRAPPINGS = (("<", ">"), ("[", "]"), ("(", ")"), ('"', '"'), ("“", "”"))
_STOPS = ".,;"
_LONGEST_CHARACTERS = 2000


def paper_named(text: str) -> Identified | None:
    """Return the arXiv id or DOI when `text` as a whole names a paper (id, address or DOI).

    Brackets, quotation marks and a full stop around it do not count, nor does a version. The
    address of a publisher's page counts where it holds the DOI, of any other page where it holds
    the arXiv id after such a word as "arxiv" or "papers".
    """
    if len(text) > _LONGEST_CHARACTERS:
        return None
    candidate = _unwrapped(text)
    named = _arxiv(candidate) or _doi(candidate)
    # An address may hold, percent-encoded, what no paper's name and no column does.
    return named if named and named.value.isprintable() else None


def _unwrapped(text: str) -> str:
    candidate = text.strip().rstrip(_STOPS)
    for start, end in _WRAPPINGS:
        if candidate.startswith(start) and candidate.endswith(end):
            candidate = candidate[1:-1].strip().rstrip(_STOPS)
    return candidate


def _arxiv(text: str) -> Identified | None:
    plain = _ARXIV_BEFORE.sub("", _CLASS_AFTER.sub("", text), count=1)
    if _ADDRESS.fullmatch(text) and (found := _ID_IN_ADDRESS.search(unquote(text))):
        plain = found[1]
    try:
        return Identified("id", parse_arxiv_id(plain).base)
    except ValueError:
        return None


def _doi(text: str) -> Identified | None:
    try:
        return Identified("doi", normalise_doi(text))
    except ValueError:
        doi = doi_in(text) if _ADDRESS.fullmatch(text) else ""
    return Identified("doi", doi) if doi else None
