"""Says which settings for reading sources cannot work, and what to write instead.

It reads settings only; no origin is asked. Where a value is found wrong only when it is used, the
reader of a page would be told instead of the operator.
"""

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from config.checks import SETTINGS
from papers.feeds.records import FetchError
from papers.feeds.targets import target_of

ADDRESSES = (
    "ARXIV_RSS_URL",
    "ARXIV_API_URL",
    "ARXIV_OAI_URL",
    "ARXIV_LIST_URL",
    "HUGGINGFACE_URL",
    "CROSSREF_URL",
    "GITHUB_URL",
    "SEMANTIC_SCHOLAR_URL",
)
SIZES = ("FETCH_LARGEST_MB", "OAI_LARGEST_MB")
# The process that fetches holds an answer twice; past this it would not stay under 300 MB.
LARGEST_MB = 100
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+):\d{1,5}", re.ASCII)


@register(SETTINGS)
def check_addresses(**_options: Any) -> list[CheckMessage]:
    hint = "Leave it out to ask the site itself, or write an address that begins with https://"
    found: list[CheckMessage] = []
    for name in ADDRESSES:
        try:
            target_of(getattr(settings, name))
        except FetchError as error:
            found.append(Error(f"{name}: {error}", hint=hint, id="broadsheet.E008"))
    return found


@register(SETTINGS)
def check_sizes(**_options: Any) -> list[CheckMessage]:
    hint = f"Write a whole number of megabytes from 1 to {LARGEST_MB}."
    return [
        Error(f"{name} is {getattr(settings, name)}.", hint=hint, id="broadsheet.E009")
        for name in SIZES
        if not 1 <= getattr(settings, name) <= LARGEST_MB
    ]


@register(SETTINGS)
def check_private_hosts(**_options: Any) -> list[CheckMessage]:
    hint = "Write name and port, with commas: FETCH_ALLOWED_PRIVATE_HOSTS=mirror.local:8080"
    return [
        Error(
            f"“{host}” in FETCH_ALLOWED_PRIVATE_HOSTS is not name:port.",
            hint=hint,
            id="broadsheet.E010",
        )
        for host in settings.FETCH_ALLOWED_PRIVATE_HOSTS
        if not _HOST.fullmatch(host)
    ]


@register(SETTINGS)
def check_contact(**_options: Any) -> list[CheckMessage]:
    contact = settings.CONTACT
    if contact.isascii() and contact.isprintable():
        return []
    hint = "It is sent with every request: write CONTACT=admin@papers.example.org"
    text = "CONTACT holds characters that no header can carry."
    return [Error(text, hint=hint, id="broadsheet.E011")]
