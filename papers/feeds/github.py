"""GitHub's count of a repository's stars, and which repository an address means.

Never guesses a repository from a name alone. Read more:
https://docs.github.com/en/rest/repos/repos#get-a-repository and .../using-the-rest-api/rate-limits
"""

import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from papers.feeds.fetch import FetchedResponse, fetch
from papers.feeds.records import FetchError, ParseError
from papers.feeds.text import opening

LARGEST_BYTES = 1_000_000
LARGEST_COUNT = 2**31 - 1
# GitHub answers 403 to whoever has asked too often, though it means 429; but also for a repository
# that it has blocked.
FORBIDDEN, UNAUTHORISED = 403, 401
PAUSE_SECONDS = 3600.0
# Pages of the site itself that stand where an owner would.
NO_OWNERS = frozenset(
    ["about", "apps", "collections", "events", "explore", "features", "login", "marketplace",
     "orgs", "pricing", "search", "settings", "sponsors", "topics", "trending"]
)  # fmt: skip

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,38}/[a-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True)
class StarCount:
    """`name` is the repository's present one, owner/name in small letters."""

    name: str
    stars: int


def repository_name(url: str) -> str:
    """The "owner/name" (in small letters) of an address of github.com, "" for any other."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.hostname not in ("github.com", "www.github.com"):
        return ""
    name = "/".join(parts.path.strip("/").lower().split("/")[:2]).removesuffix(".git")
    owner, _slash, repository = name.partition("/")
    is_usable = owner not in NO_OWNERS and repository.strip(".") != ""
    return name if is_usable and _NAME.fullmatch(name) else ""


def fetch_stars(name: str, *, etag: str = "") -> FetchedResponse:
    """What GitHub says of the repository `name`, or 304 as by `etag`; a rename is followed.

    Raises FetchError: with status 404 for one that is gone or not public; `host_wide`, with the
    seconds to wait, when this site has asked too often or its token is not accepted.
    """
    headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    if settings.GITHUB_TOKEN:
        headers["Authorization"] = f"Bearer {settings.GITHUB_TOKEN}"
    address = f"{settings.GITHUB_URL}/{name}"
    try:
        answer = fetch(address, etag=etag, headers=headers, largest_bytes=LARGEST_BYTES)
    except FetchError as error:
        raise _in_words(error) from error
    if urlsplit(answer.url).netloc != urlsplit(address).netloc:
        raise FetchError(f"GitHub sends questions about {name} to another site.", status=404)
    return answer


def _in_words(error: FetchError) -> FetchError:
    if error.status == UNAUTHORISED:
        words = "GitHub does not accept the GITHUB_TOKEN in the settings."
    elif error.host_wide or (error.status == FORBIDDEN and error.retry_after_seconds is not None):
        words = "GitHub answers no more for now: this site has asked it too often."
        if not settings.GITHUB_TOKEN:
            words += " A GITHUB_TOKEN allows 5,000 questions an hour instead of 60."
    else:
        return error
    seconds = PAUSE_SECONDS if error.retry_after_seconds is None else error.retry_after_seconds
    return FetchError(words, status=error.status, retry_after_seconds=seconds, host_wide=True)


def parse_stars(body: bytes) -> StarCount:
    """The repository's name and stars. Raises ParseError for what is no repository."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"GitHub did not answer in JSON: {opening(body)}.") from error
    fields = answer if isinstance(answer, dict) else {}
    name, stars = fields.get("full_name"), fields.get("stargazers_count")
    is_name = isinstance(name, str) and _NAME.fullmatch(name.lower())
    if not is_name or type(stars) is not int or not 0 <= stars <= LARGEST_COUNT:
        raise ParseError("GitHub did not answer with a repository and its stars.")
    return StarCount(str(name).lower(), stars)
