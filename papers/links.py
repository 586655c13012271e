"""Addresses of pages, remembered: to make those of one page of cards took a tenth of its time.

It decides nothing but which names have a page of their own; Django's `reverse` does.
"""

from datetime import date
from functools import lru_cache
from urllib.parse import quote

from django.urls import get_script_prefix, reverse


def link(name: str, *arguments: str | int | date) -> str:
    """Return `reverse(name, args=arguments)`."""
    return _reversed(get_script_prefix(), name, *arguments)


@lru_cache(4096)
def _reversed(_prefix: str, name: str, *arguments: str | int | date) -> str:
    return reverse(name, args=arguments)


def paper_link(pk: int, arxiv_id: str | None) -> str:
    """Return the path of a paper's page."""
    return link("papers:paper", arxiv_id) if arxiv_id else link("papers:paper_by_number", pk)


# Beyond this a name is a sentence, and no address.
LONGEST_AUTHOR = 200


def author_link(name: str) -> str:
    """Return the path of the page of the authors of this name, "" for what is no name.

    A name without a letter is none; one with a slash, which would end a part of the path, has no
    page either.
    """
    name = " ".join(name.split())
    if "/" in name or len(name) > LONGEST_AUTHOR or not any(map(str.isalpha, name)):
        return ""
    return f"{link('papers:author', '-').removesuffix('-/')}{quote(name)}/"
