"""The only code that opens a connection to another site: polite, guarded, and always at an end.

Decides what may be dialled, how much and how long is read, and what counts as an answer; never
what the bytes mean. Every failure is a FetchError in words, every answer is counted.
Read more: RFC 9110, 13.1 (conditional requests); papers/feeds/dial.py and targets.py (the guard).
"""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

import requests
from django.conf import settings

from papers.answer_counts import count_answer
from papers.feeds import headers as said
from papers.feeds.dial import Line, call_within, make_adapter
from papers.feeds.faults import EXPECTED, fault_of
from papers.feeds.gate import hold_gate
from papers.feeds.patience import seconds_left
from papers.feeds.records import FetchError
from papers.feeds.targets import Target, redirected, target_of
from papers.feeds.text import clean
from papers.feeds.unpacking import Unpacker

TOTAL_SECONDS = 30.0
MOST_REDIRECTS = 5
CHUNK_BYTES = 65_536
REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT_REDIRECTS = (301, 308)
# Both say that the host as a whole has had enough, not that this address is wrong.
ASK_LATER = (429, 503)
# As many characters as are stored; a longer validator is not worth a conditional request.
LONGEST_ETAG, LONGEST_LAST_MODIFIED, LONGEST_CONTENT_TYPE = 500, 100, 200
# Of a caller's headers only these may go to another host, where a redirect leads.
SENT_ANYWHERE = (
    "User-Agent", "Accept", "Accept-Encoding", "Accept-Language",
    "If-None-Match", "If-Modified-Since",
)  # fmt: skip

Gate = Callable[..., AbstractContextManager[None]]
Count = Callable[[str, str, int], None]


@dataclass(frozen=True, slots=True)
class FetchedResponse:
    """A usable answer: `status` is 200, or 304 when `not_modified` (then `body` is empty).

    `etag` and `last_modified` are for the next request ("" when there is none); `url` is where
    the answer came from after redirects, `moved_to` the same when every redirect on the way was
    permanent (else ""). `max_age_seconds` and `retry_after_seconds` are 0 to a day, None when not
    said. `next_url` is the address of the next page, "" when none is told. `sent_at` is the
    moment by the host's own clock, None when it says none.
    """

    status: int
    body: bytes
    url: str
    etag: str = ""
    last_modified: str = ""
    not_modified: bool = False
    retry_after_seconds: float | None = None
    content_type: str = ""
    max_age_seconds: float | None = None
    moved_to: str = ""
    next_url: str = ""
    sent_at: datetime | None = None


def fetch(
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    json_body: object | None = None,
    headers: Mapping[str, str] = {},
    total_seconds: float = TOTAL_SECONDS,
    largest_bytes: int | None = None,
    spacing_seconds: float = 0.0,
    gate: Gate = hold_gate,
    count: Count = count_answer,
) -> FetchedResponse:
    """GET `url`, or POST `json_body` to it as JSON, holding the gate of each host on the way.

    `total_seconds` bounds the whole from name look-up to last byte, redirects included, waiting
    at gates not; `largest_bytes` the body unpacked (as a rule settings.FETCH_LARGEST_MB).
    `spacing_seconds` keeps the host's gate closed for longer than usual afterwards. `headers`
    (keys among them) go to the host of `url` alone. A redirect of a POST is refused. Addresses
    inside private networks are refused at the moment of dialling, except the host:port pairs in
    the setting FETCH_ALLOWED_PRIVATE_HOSTS. Raises FetchError when there is no usable answer;
    `host_wide` on it says that the host itself asked for a pause.
    """
    total_seconds = seconds_left(total_seconds)
    question = _Question(
        target_of(url),
        _headers(etag, last_modified, json_body, headers),
        None if json_body is None else json.dumps(json_body).encode(),
        settings.FETCH_LARGEST_MB * 1_000_000 if largest_bytes is None else largest_bytes,
        round(total_seconds, 1),
        total_seconds,
        count,
    )
    has_moved = True
    for hop in range(MOST_REDIRECTS + 1):
        lease_seconds = question.seconds_left + 10
        host = question.target.host
        with gate(host, lease_seconds=lease_seconds, spacing_seconds=spacing_seconds):
            question.seconds_left = seconds_left(question.seconds_left)
            answer = _ask(question)
        if answer.status not in REDIRECTS:
            moved_to = question.target.url if hop and has_moved else ""
            return _usable(answer, question.target, etag, last_modified, moved_to)
        has_moved &= answer.status in PERMANENT_REDIRECTS
        question.follow(answer)
    raise FetchError(f"{question.target.name} redirects more than {MOST_REDIRECTS} times.")


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    body: bytes


@dataclass(slots=True)
class _Question:
    """What is asked, of whom it is asked now, and how many seconds there are left for it."""

    target: Target
    headers: dict[str, str]
    posted: bytes | None
    largest_bytes: int
    total_seconds: float
    seconds_left: float
    count: Count
    received_bytes: int = 0

    def prepared(self) -> requests.PreparedRequest:
        method = "GET" if self.posted is None else "POST"
        return requests.Request(
            method, self.target.url, headers=self.headers, data=self.posted
        ).prepare()

    def follow(self, answer: _Answer) -> None:
        if self.posted is not None:
            raise FetchError(
                f"{self.target.name} redirects what was posted to it (HTTP {answer.status}), "
                "which is not followed.",
                status=answer.status,
            )
        following = redirected(self.target, answer.headers.get("Location", ""))
        if not following.is_same_origin(self.target):
            self.headers = {
                name: value for name, value in self.headers.items() if name in SENT_ANYWHERE
            }
        self.target = following


def _own_headers() -> dict[str, str]:
    contact = settings.CONTACT
    return {
        "User-Agent": f"Broadsheet ({contact})" if contact else "Broadsheet",
        "Accept-Encoding": "gzip, deflate",
    }


def _headers(
    etag: str, last_modified: str, json_body: object | None, given: Mapping[str, str]
) -> dict[str, str]:
    headers = {name.title(): value for name, value in given.items()} | _own_headers()
    headers |= {"If-None-Match": etag, "If-Modified-Since": last_modified}
    if json_body is not None:
        headers["Content-Type"] = "application/json"
    return {name: value for name, value in headers.items() if value}


def _ask(question: _Question) -> _Answer:
    """One request and its answer; redirects are answers too, and their body is not read."""
    target, seconds = question.target, question.seconds_left
    line, started = Line(), time.monotonic()
    question.received_bytes = 0

    def exchange() -> _Answer:
        request = question.prepared()
        with (
            line,
            make_adapter(target.url, line, target.is_private_allowed) as adapter,
            adapter.send(request, stream=True, timeout=seconds) as response,
        ):
            body = _read(response, question) if response.status_code == 200 else b""
            return _Answer(response.status_code, response.headers, body)

    try:
        answer = call_within(seconds, exchange, line.hang_up)
    except EXPECTED as error:
        fault = fault_of(
            error, seconds=question.total_seconds, largest_bytes=question.largest_bytes
        )
        question.count(target.host, fault.outcome, question.received_bytes)
        raise FetchError(f"{target.name} {fault.words}.") from error
    question.seconds_left = max(seconds - (time.monotonic() - started), 0.0)
    question.count(target.host, str(answer.status), question.received_bytes)
    _raise_when_to_ask_later(answer, target)
    return answer


def _read(response: requests.Response, question: _Question) -> bytes:
    """The body unpacked. read1 returns what has come, so that a drip never fills a buffer."""
    encoding = response.headers.get("Content-Encoding", "")
    unpacker = Unpacker(encoding, largest_bytes=question.largest_bytes)
    while chunk := response.raw.read1(CHUNK_BYTES, decode_content=False):
        question.received_bytes += len(chunk)
        unpacker.add(chunk)
    return unpacker.body()


def _raise_when_to_ask_later(answer: _Answer, target: Target) -> None:
    is_spent = answer.status == 403 and said.is_limit_spent(answer.headers)
    if answer.status in ASK_LATER or is_spent:
        raise FetchError(
            f"{target.name} answered {answer.status} and is to be asked again later.",
            status=answer.status,
            retry_after_seconds=said.retry_after_seconds(answer.headers, now=datetime.now(UTC)),
            host_wide=True,
        )


def _usable(
    answer: _Answer, target: Target, etag: str, last_modified: str, moved_to: str
) -> FetchedResponse:
    now, headers = datetime.now(UTC), answer.headers
    retry_after_seconds = said.retry_after_seconds(headers, now=now)
    not_modified = answer.status == 304 and bool(etag or last_modified)
    if answer.status != 200 and not not_modified:
        raise FetchError(
            f"{target.name} answered with HTTP {answer.status}.",
            status=answer.status,
            retry_after_seconds=retry_after_seconds,
        )
    new_etag = headers.get("ETag", etag if not_modified else "")
    modified = headers.get("Last-Modified", last_modified if not_modified else "")
    return FetchedResponse(
        status=answer.status,
        body=answer.body,
        url=target.url,
        etag=_kept(new_etag, LONGEST_ETAG),
        last_modified=_kept(modified, LONGEST_LAST_MODIFIED),
        not_modified=not_modified,
        retry_after_seconds=retry_after_seconds,
        content_type=clean(headers.get("Content-Type", ""))[:LONGEST_CONTENT_TYPE],
        max_age_seconds=said.max_age_seconds(headers, now=now),
        moved_to=moved_to,
        next_url=said.next_url(headers, url=target.url),
        sent_at=said.sent_at(headers),
    )


def _kept(validator: str, longest: int) -> str:
    """`validator`, or "" when it can be neither stored nor sent again: NUL is let through here."""
    return validator if len(validator) <= longest and clean(validator) == validator else ""
