"""What all formats say alike of a paper: its kind, date, key, DOI and address."""

import re
import unicodedata
from enum import Enum

from papers.formats.names import read_name
from papers.identifiers import ARXIV_DOI_PREFIX
from papers.references import Reference

_PROCEEDINGS = re.compile(
    r"\b(?:proc(?:eedings|\.)|conference|workshop|symposium|advances in neural)", re.IGNORECASE
)
# Letters that Unicode does not take apart; for keys.
_WITHOUT_ACCENTS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "đ": "d", "\u0131": "i"}
)
_UNSAFE_IN_DOI = re.compile(r"[\s{}\\]")


class Kind(Enum):
    """A paper on arXiv is a preprint until a source says where it was published; whatever else
    has a publisher's DOI came out in some journal; of the rest only a page is known."""

    PREPRINT = "preprint"
    JOURNAL = "journal"
    CONFERENCE = "conference"
    OTHER = "other"


def kind_of(reference: Reference) -> Kind:
    if reference.journal_ref:
        in_proceedings = _PROCEEDINGS.search(reference.journal_ref)
        return Kind.CONFERENCE if in_proceedings else Kind.JOURNAL
    if reference.arxiv_id or reference.doi.startswith(ARXIV_DOI_PREFIX):
        return Kind.PREPRINT
    return Kind.JOURNAL if reference.doi else Kind.OTHER


def dated(reference: Reference) -> tuple[int, int]:
    """Return year and month of the first version: an arXiv id holds them and never changes."""
    digits = re.search(r"(?:^|/)(\d{2})(\d{2})", reference.arxiv_id)
    if digits:
        year, month = int(digits[1]), int(digits[2])
        if 1 <= month <= 12:
            return (1900 if year > 90 else 2000) + year, month
    day = reference.published_at
    return day.year, day.month


def key_of(reference: Reference) -> str:
    """Return the key to cite it by: ASCII letters, digits, full stops and hyphens only.

    It is `surname` `year` `-` `arXiv id` (or the number here): it depends on nothing but the
    paper, so that a file fetched again later cites the same.
    """
    year, _month = dated(reference)
    family = _family(reference.authors[0]) if reference.authors else ""
    name = re.sub(r"[^a-z]", "", _folded(family).lower())[:30]
    number = reference.arxiv_id.replace("/", "-") or f"n{reference.paper_id}"
    return f"{name or 'anon'}{year}-{number}"


def doi_of(reference: Reference) -> str:
    """Return its DOI, arXiv's in arXiv's own spelling; "" where it holds what no DOI may."""
    doi = reference.doi.replace(ARXIV_DOI_PREFIX, "10.48550/arXiv.")
    return "" if _UNSAFE_IN_DOI.search(doi) else doi


def eprint_of(reference: Reference) -> str:
    """Return `arXiv:2603.00141`, or "" for a paper that is not there."""
    return f"arXiv:{reference.arxiv_id}" if reference.arxiv_id else ""


def address_of(reference: Reference) -> str:
    """Return where the paper itself is, else its page here."""
    return reference.url or reference.page


def _family(author: str) -> str:
    name = read_name(author)
    if name.given:
        return name.family
    return next(iter(name.family.replace(",", " ").split()), "")


def _folded(text: str) -> str:
    """Letters without their accents: not all programs take others in keys."""
    text = unicodedata.normalize("NFKD", text.translate(_WITHOUT_ACCENTS))
    return text.encode("ascii", "ignore").decode()
