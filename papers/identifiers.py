"""What counts as an arXiv id or a DOI, and the one spelling under which each is stored.

Never reads the network or the database, and never guesses: odd input is a ValueError in words.
Read more: https://info.arxiv.org/help/arxiv_identifier.html (the schemes before and after 2007).
"""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote, urlsplit

# The archives that ever issued ids of the old kind; the list is closed since April 2007.
_OLD_ARCHIVE_NAMES = (
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas "
    "cond-mat cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin "
    "nucl-ex nucl-th patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int supr-con"
)
OLD_ARCHIVES = frozenset(_OLD_ARCHIVE_NAMES.split())
ARCHIVES = OLD_ARCHIVES | {"econ", "eess", "stat", "q-fin"}
FIRST_NEW_MONTH = (2007, 4)
FIRST_FIVE_DIGIT_MONTH = (2015, 1)
ARXIV_DOI_PREFIX = "10.48550/arxiv."

_NEW_ID = re.compile(
    r"(?P<yy>\d{2})(?P<mm>\d{2})\.(?P<number>\d{4,6})(?:v(?P<version>\d{1,4}))?", re.ASCII
)
_OLD_ID = re.compile(
    r"(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[a-z]+(?:-[a-z]+)?)?"
    r"/(?P<yy>\d{2})(?P<mm>\d{2})(?P<number>\d{3})(?:v(?P<version>\d{1,4}))?",
    re.ASCII,
)
_PREFIX = re.compile(r"(?:arxiv|oai:arxiv\.org|doi)\s*:\s*", re.IGNORECASE)
_PAPER_PATH = re.compile(
    r"/(?:abs|pdf|html|ps|format|src|e-print|papers|overview)/(?P<id>.+?)(?:\.pdf|\.md)?/?",
    re.IGNORECASE,
)
_PAPER_HOSTS = ("arxiv.org", "alphaxiv.org", "huggingface.co", "hf.co", "ar5iv.org")
_DOI_HOSTS = ("doi.org",)
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+", re.ASCII)
_DOI_INSIDE = re.compile(r"(?<![\d.])10\.\d{4,9}(?:\.\d+)*/[^\s?#&]+", re.ASCII)
# What publishers put after a DOI in the addresses of its pages.
_PAGE_ENDING = re.compile(
    r"(?:/(?:full|abstract|summary|pdf|epdf|epub|html|meta|fulltext|references|full\.html?)"
    r"|\.(?:pdf|full|full-text|abstract|html?))+/?$"
)
# bioRxiv and medRxiv: .../10.1101/2026.03.01.123456v2.full
_PREPRINT_VERSION = re.compile(r"(?<=\d)v\d+$")
_PREPRINT_PREFIXES = ("10.1101/", "10.64898/")
_LONGEST_INPUT = 500
_LONGEST_ADDRESS = 2_000


@dataclass(frozen=True, slots=True)
class ArxivId:
    """`base` is the key of a paper ("2106.15928", "math/0611800"); `version` 1 and up, or None."""

    base: str
    version: int | None = None

    def __str__(self) -> str:
        return self.base if self.version is None else f"{self.base}v{self.version}"

    @property
    def abs_url(self) -> str:
        return f"https://arxiv.org/abs/{self}"

    @property
    def doi(self) -> str:
        return f"10.48550/arXiv.{self.base}"


def parse_arxiv_id(text: str) -> ArxivId:
    """The arXiv id that `text` as a whole names.

    Accepts bare ids old and new, with or without version; the prefixes `arXiv:`, `doi:` and
    `oai:arXiv.org:`; addresses of arxiv.org and its mirrors, alphaxiv.org and
    huggingface.co/papers, with or without a scheme; and arXiv's DOI. The class of an old id
    is dropped (`math.CA/0611800v2` is `math/0611800`, version 2). Raises ValueError, in words
    that can be shown to whoever typed it.
    """
    candidate = _strip_wrapping(text).lower()
    if match := _NEW_ID.fullmatch(candidate):
        return _from_new(match, text)
    if match := _OLD_ID.fullmatch(candidate):
        return _from_old(match, text)
    raise ValueError(f"{_quoted(text)} is not an arXiv id.")


def month_of(arxiv_id: str) -> date:
    """The first day of the month that a normalised base id names: the month of announcement.

    Two-digit years are 1991 to 2090. Raises ValueError when `arxiv_id` is not such an id.
    """
    digits = arxiv_id.rpartition("/")[2]
    if not digits[:4].isdigit():
        raise ValueError(f"{_quoted(arxiv_id)} is not an arXiv id.")
    year = int(digits[:2])
    return date((1900 if year >= 91 else 2000) + year, int(digits[2:4]), 1)


def normalise_doi(text: str) -> str:
    """A DOI in lower case without resolver or prefix; raises ValueError in words.

    DOIs compare without case (DOI Handbook, 2.4), so one case is stored.
    """
    candidate = _PREFIX.sub("", text.strip(), count=1) if len(text) <= _LONGEST_INPUT else ""
    parts = _split_address(candidate)
    if parts is not None and _is_host(parts.host, _DOI_HOSTS):
        candidate = parts.path.removeprefix("/")
    candidate = candidate.rstrip(".,;")
    if not _DOI.fullmatch(candidate):
        raise ValueError(f"{_quoted(text)} is not a DOI.")
    return candidate.lower()


def doi_in(address: str) -> str:
    """The DOI that the address of a publisher's page holds, as well as can be told; "" if none."""
    try:
        parts = urlsplit(address if len(address) <= _LONGEST_ADDRESS else "")
    except ValueError:
        return ""
    found = _DOI_INSIDE.search(unquote(f"{parts.path}?{parts.query}"))
    if found is None:
        return ""
    doi = _PAGE_ENDING.sub("", found[0])
    if doi.startswith(_PREPRINT_PREFIXES):
        doi = _PREPRINT_VERSION.sub("", doi)
    try:
        return normalise_doi(doi)
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class _Address:
    host: str
    path: str


def _split_address(text: str) -> _Address | None:
    if "/" not in text:
        return None
    with_scheme = text if re.match(r"https?://", text, re.IGNORECASE) else f"https://{text}"
    try:
        parts = urlsplit(with_scheme)
        host = parts.hostname or ""
    except ValueError:
        return None
    return _Address(host, unquote(parts.path)) if "." in host else None


def _is_host(host: str, known: tuple[str, ...]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in known)


def _strip_wrapping(text: str) -> str:
    if len(text) > _LONGEST_INPUT:
        return ""
    stripped = _PREFIX.sub("", text.strip(), count=1)
    parts = _split_address(stripped)
    if parts is not None and _is_host(parts.host, _PAPER_HOSTS):
        match = _PAPER_PATH.fullmatch(parts.path)
        return match["id"] if match else ""
    if parts is not None and _is_host(parts.host, _DOI_HOSTS):
        stripped = parts.path.removeprefix("/")
    if stripped.lower().startswith(ARXIV_DOI_PREFIX):
        return stripped[len(ARXIV_DOI_PREFIX) :]
    return stripped


def _from_new(match: re.Match[str], text: str) -> ArxivId:
    month = _month(2000 + int(match["yy"]), int(match["mm"]), text)
    number = match["number"]
    if month < FIRST_NEW_MONTH:
        raise ValueError(f"{_quoted(text)} is not an arXiv id: this form began in April 2007.")
    if (month < FIRST_FIVE_DIGIT_MONTH) != (len(number) == 4):
        digits = "4" if month < FIRST_FIVE_DIGIT_MONTH else "5"
        raise ValueError(f"{_quoted(text)} is not an arXiv id: that month has {digits} digits.")
    return ArxivId(f"{match['yy']}{match['mm']}.{number}", _version(match, text))


def _from_old(match: re.Match[str], text: str) -> ArxivId:
    if match["archive"] not in OLD_ARCHIVES:
        raise ValueError(f"{_quoted(text)} is not an arXiv id: there was no such archive.")
    century = 1900 if int(match["yy"]) >= 91 else 2000
    month = _month(century + int(match["yy"]), int(match["mm"]), text)
    if month >= FIRST_NEW_MONTH:
        raise ValueError(f"{_quoted(text)} is not an arXiv id: this form ended in March 2007.")
    serial = f"{match['yy']}{match['mm']}{match['number']}"
    return ArxivId(f"{match['archive']}/{serial}", _version(match, text))


def _month(year: int, month: int, text: str) -> tuple[int, int]:
    if not 1 <= month <= 12:
        raise ValueError(f"{_quoted(text)} is not an arXiv id: there is no month {month:02}.")
    return year, month


def _version(match: re.Match[str], text: str) -> int | None:
    if match["version"] is None:
        return None
    if int(match["version"]) == 0:
        raise ValueError(f"{_quoted(text)} is not an arXiv id: versions begin at v1.")
    return int(match["version"])


def _quoted(text: str) -> str:
    shown = " ".join(text.split())
    return f"“{shown[:60]}…”" if len(shown) > 60 else f"“{shown}”"
