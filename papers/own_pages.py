"""Which paper an address of this site's own is the page of. It decides by the text alone."""

import re
from urllib.parse import unquote, urlsplit

from django.conf import settings

from papers.identifiers import parse_arxiv_id

# The scheme of a name that means nothing on another site, beside those of PaperIdentifier.
NUMBER = "number"
_BY_NUMBER = re.compile(r"/paper/number/(\d{1,18})(?:/.*)?")
_BY_ID = re.compile(r"/paper/(.+?)/?")


def name_in(address: str) -> tuple[str, str] | None:
    """Return ("number", its number) or ("arxiv", its id) for the page of a paper on this site, with
    or without `https://`; None for any other address."""
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
    except ValueError:
        return None
    if parts.netloc.lower() != urlsplit(settings.SITE_URL).netloc.lower():
        return None
    if by_number := _BY_NUMBER.fullmatch(parts.path):
        return NUMBER, str(int(by_number[1]))
    by_id = _BY_ID.fullmatch(unquote(parts.path))
    try:
        return ("arxiv", parse_arxiv_id(by_id[1]).base) if by_id else None
    except ValueError:
        return None


def address_of(number: int) -> str:
    return f"{settings.SITE_URL}/paper/number/{number}/"
