"""The only code that opens a connection to another site: one polite, guarded GET.

Decides what may be dialled, how much and how long is read, and what counts as an answer;
never what the bytes mean. Every failure is a FetchError in words.
Read more: RFC 9110, 13.1 (conditional requests) and 10.2.3 (Retry-After).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from django.conf import settings
from requests_hardened.ip_filter import InvalidIPAddress

from papers.feeds.dial import Line, call_within, make_adapter
from papers.feeds.gate import hold_gate
from papers.feeds.records import FetchError

LARGEST_BODY_BYTES = 15_000_000
TOTAL_SECONDS = 30.0
MOST_REDIRECTS = 5
LONGEST_RETRY_AFTER_SECONDS = 86_400.0
CHUNK_BYTES = 65_536
DEFAULT_PORTS = {"http": 80, "https": 443}
REDIRECTS = (301, 302, 303, 307, 308)
# Both say that the host as a whole has had enough, not that this address is wrong.
ASK_LATER = (429, 503)
# As many characters as are stored; a longer validator is not worth a conditional request.
LONGEST_ETAG, LONGEST_LAST_MODIFIED = 500, 100


@dataclass(frozen=True, slots=True)
class FetchedResponse:
    """A usable answer: `status` is 200, or 304 when `not_modified` (then `body` is empty).

    `etag` and `last_modified` are for the next request ("" when there is none); `url` is where
    the answer came from after redirects.
    """

    status: int
    body: bytes
    url: str
    etag: str = ""
    last_modified: str = ""
    not_modified: bool = False
    retry_after_seconds: float | None = None


def fetch(
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    total_seconds: float = TOTAL_SECONDS,
    largest_bytes: int = LARGEST_BODY_BYTES,
    gate: Callable[..., AbstractContextManager[None]] = hold_gate,
) -> FetchedResponse:
    """GET `url`, holding the gate of each host on the way.

    `total_seconds` bounds each hop from name look-up to last byte, `largest_bytes` the decoded
    body. Addresses inside private networks are refused at the moment of dialling, except the
    host:port pairs in the setting FETCH_ALLOWED_PRIVATE_HOSTS. Raises FetchError when there is
    no usable answer; `host_wide` on it says that the host itself asked for a pause.
    """
    headers = _headers(etag, last_modified)
    for _hop in range(MOST_REDIRECTS + 1):
        host, is_private_allowed = _checked_host(url)
        with gate(host, lease_seconds=total_seconds + 10):
            answer = _ask(url, headers, total_seconds, largest_bytes, is_private_allowed)
        if answer.status not in REDIRECTS:
            return _usable(answer, url, etag, last_modified)
        url = _redirected(url, answer.headers.get("Location", ""))
    raise FetchError(f"{host} redirects more than {MOST_REDIRECTS} times.")


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    body: bytes


def _headers(etag: str, last_modified: str) -> dict[str, str]:
    contact = settings.CONTACT
    headers = {
        "User-Agent": f"Broadsheet ({contact})" if contact else "Broadsheet",
        "Accept-Encoding": "gzip",
        "If-None-Match": etag,
        "If-Modified-Since": last_modified,
    }
    return {name: value for name, value in headers.items() if value}


def _checked_host(url: str) -> tuple[str, bool]:
    """The host:port to be dialled, and whether the operator allows it inside the own network."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise FetchError(f"{url[:200]} is not an address: {error}.") from error
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise FetchError(f"{url[:200]} is not an http or https address.")
    host = f"{parts.hostname}:{port}"
    is_allowed = host in settings.FETCH_ALLOWED_PRIVATE_HOSTS
    if port not in DEFAULT_PORTS.values() and not is_allowed:
        raise FetchError(f"{host} is not on port 80 or 443 nor in FETCH_ALLOWED_PRIVATE_HOSTS.")
    return host, is_allowed


def _ask(
    url: str, headers: dict[str, str], seconds: float, largest_bytes: int, is_private_allowed: bool
) -> _Answer:
    """One request and its answer; redirects are answers too, and their body is not read."""
    host = urlsplit(url).hostname
    line = Line()

    def exchange() -> _Answer:
        with line, make_adapter(url, line, is_private_allowed) as adapter:
            request = requests.Request("GET", url, headers=headers).prepare()
            with adapter.send(request, stream=True, timeout=seconds) as response:
                body = _read(response, largest_bytes) if response.status_code == 200 else b""
                return _Answer(response.status_code, response.headers, body)

    try:
        answer = call_within(seconds, exchange, line.hang_up)
    except FetchError:
        raise
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise FetchError(f"{host} {_in_words(error, seconds)}.") from error
    if answer.status in ASK_LATER:
        raise FetchError(
            f"{host} answered {answer.status} and is to be asked again later.",
            status=answer.status,
            retry_after_seconds=retry_after_seconds(answer.headers.get("Retry-After", "")),
            host_wide=True,
        )
    return answer


def _read(response: requests.Response, largest_bytes: int) -> bytes:
    """The decoded body. read1 returns what has come, so that a drip never fills a buffer."""
    body = bytearray()
    while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > largest_bytes:
            limit = largest_bytes / 1_000_000
            host = urlsplit(response.url).hostname
            raise FetchError(f"{host} sent more than {limit:g} MB, which is not read.")
    return bytes(body)


def _in_words(error: Exception, seconds: float) -> str:
    if isinstance(error, InvalidIPAddress):
        return f"is at the private address {error}, which is not dialled"
    if isinstance(error, requests.exceptions.SSLError):
        return f"has a certificate that is not trusted ({error})"
    if isinstance(error, (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError)):
        return f"did not answer in full within {seconds:g} seconds"
    if isinstance(error, urllib3.exceptions.DecodeError):
        return "sent an answer whose compression is broken"
    if isinstance(error, urllib3.exceptions.ProtocolError):
        return "broke off in the middle of its answer"
    if isinstance(error, requests.ConnectionError):
        return f"could not be reached ({error})"
    return f"could not be asked ({error})"


def _usable(answer: _Answer, url: str, etag: str, last_modified: str) -> FetchedResponse:
    not_modified = answer.status == 304 and bool(etag or last_modified)
    if answer.status != 200 and not not_modified:
        host = urlsplit(url).hostname
        raise FetchError(f"{host} answered with HTTP {answer.status}.", status=answer.status)
    new_etag = answer.headers.get("ETag", etag if not_modified else "")
    modified = answer.headers.get("Last-Modified", last_modified if not_modified else "")
    return FetchedResponse(
        status=answer.status,
        body=answer.body,
        url=url,
        etag=new_etag if len(new_etag) <= LONGEST_ETAG else "",
        last_modified=modified if len(modified) <= LONGEST_LAST_MODIFIED else "",
        not_modified=not_modified,
        retry_after_seconds=retry_after_seconds(answer.headers.get("Retry-After", "")),
    )


def _redirected(url: str, location: str) -> str:
    host = urlsplit(url).hostname
    if not location:
        raise FetchError(f"{host} redirects to nowhere.")
    try:
        target = urljoin(url, location)
    except ValueError as error:
        raise FetchError(f"{host} redirects to {location[:200]}, which is no address.") from error
    if url.startswith("https:") and not target.startswith("https:"):
        raise FetchError(f"{host} redirects to {target[:200]}, which is not encrypted.")
    return target


def retry_after_seconds(value: str, *, now: datetime | None = None) -> float | None:
    """Seconds from a Retry-After header in either form (RFC 9110, 10.2.3), at most a day.

    None when there is none or it cannot be read; a moment gone by is 0.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        seconds = float(value[:10])
    else:
        try:
            moment = parsedate_to_datetime(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = (moment - (now or datetime.now(UTC))).total_seconds()
        except (ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_SECONDS)
