"""Fields that arXiv's interfaces write alike: DOIs, categories, sizes.

Never reads a whole answer. Read more: https://info.arxiv.org/help/prep.html.
"""

from collections.abc import Iterable

from papers.feeds.text import clean, is_category
from papers.identifiers import normalise_doi


def first_doi(text: str) -> str:
    """The first DOI of a field that may hold several, separated by spaces; "" for none."""
    for part in text.split():
        try:
            return normalise_doi(part)
        except ValueError:
            continue
    return ""


def categories_of(terms: Iterable[str]) -> tuple[str, ...]:
    """arXiv's categories among `terms` in their order, each once, without ACM and MSC codes."""
    cleaned = (clean(term) for term in terms)
    return tuple(dict.fromkeys(term for term in cleaned if is_category(term)))


def bytes_of(size: str) -> int | None:
    """From "12kb"; None when it is written otherwise, or larger than 1 GB."""
    digits = size.strip().lower().removesuffix("kb")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 6
    return int(digits) * 1024 if is_number else None
