"""Addresses of pages, remembered: to make those of one page of cards took a tenth of its time.

It decides nothing; Django's `reverse` does.
"""

from datetime import date
from functools import lru_cache

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
