"""Which addresses may be asked at all, by their text, and where a redirect leads.

Decides schemes, ports and downgrades; whether a name leads into a private network is decided
when it is dialled (papers/feeds/dial.py). Read more: RFC 9110, 10.2.2 (Location).
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from django.conf import settings
from requests.utils import requote_uri

from papers.feeds.records import FetchError

DEFAULT_PORTS = {"http": 80, "https": 443}
# DNS allows 253; a row of the gate holds 200, with the port.
LONGEST_NAME = 190
_NAME = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+(?:%[a-z0-9._-]+)?")


@dataclass(frozen=True, slots=True)
class Target:
    """An address as it will be dialled; `host` is name:port, as gates and settings spell it."""

    url: str
    scheme: str
    name: str
    host: str
    is_private_allowed: bool

    def is_same_origin(self, other: "Target") -> bool:
        return (self.scheme, self.host) == (other.scheme, other.host)


def target_of(url: str) -> Target:
    """What asking `url` means. Raises FetchError in words when it is not to be asked."""
    url = _normalised(url)
    parts, port = _split(url)
    name = (parts.hostname or "").rstrip(".")
    host = f"{name}:{port}"
    if len(name) > LONGEST_NAME:
        raise FetchError(f"{name[:60]}... is longer than the name of a site can be.")
    if not _NAME.fullmatch(name):
        raise FetchError(f"{name!r} is not an address.")
    is_allowed = host in settings.FETCH_ALLOWED_PRIVATE_HOSTS
    if port not in DEFAULT_PORTS.values() and not is_allowed:
        raise FetchError(f"{host} is not on port 80 or 443 nor in FETCH_ALLOWED_PRIVATE_HOSTS.")
    return Target(url, parts.scheme, name, host, is_allowed)


def redirected(target: Target, location: str) -> Target:
    """Where an answer of `target` with this Location header leads. Raises FetchError in words."""
    if not location:
        raise FetchError(f"{target.name} redirects to nowhere.")
    try:
        url = urljoin(target.url, requote_uri(_as_sent(location)))
        following = target_of(url)
    except (ValueError, requests.RequestException, FetchError) as error:
        words = error if isinstance(error, FetchError) else f"{location[:200]!r} is no address."
        raise FetchError(f"{target.name} redirects, but {words}") from error
    if target.scheme == "https" and following.scheme != "https":
        raise FetchError(f"{target.name} redirects to {url[:200]}, which is not encrypted.")
    return following


def _normalised(url: str) -> str:
    """In ASCII, as requests would send it: what is checked is what is dialled."""
    parts, _port = _split(url)
    if "@" in parts.netloc:
        raise FetchError(f"The address of {parts.hostname} holds a user name or a password.")
    try:
        return requests.Request("GET", url).prepare().url or ""
    except (ValueError, requests.RequestException) as error:
        raise FetchError(f"{url[:200]!r} is not an address: {error}.") from error


def _split(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FetchError(f"{url[:200]} is not an address: {error}.") from error
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise FetchError(f"{url[:200]} is not an http or https address.")
    if not parts.netloc.isprintable():
        raise FetchError(f"{url[:200]!r} is not an address.")
    return parts, DEFAULT_PORTS[parts.scheme] if port is None else port


def _as_sent(location: str) -> str:
    """Headers are read as Latin-1, but addresses that are not ASCII are sent in UTF-8."""
    try:
        return location.encode("latin-1").decode()
    except UnicodeError:
        return location
