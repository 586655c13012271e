"""What the headers of an answer say: when to ask again, how long it stays fresh, what follows.

Pure: decides only how a header is read, and bounds every number. What cannot be read says nothing.
Read more: RFC 9110, 10.2.3 (Retry-After); RFC 9111, 5.2.2 and 5.3 (freshness); RFC 8288 (Link).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from requests.utils import parse_header_links

# Sites send a year for files that never change, feeds among them: a day is as long as we believe.
LONGEST_WAIT_SECONDS = 86_400.0
LONGEST_HEADER = 5_000


def retry_after_seconds(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds to stay away, 0 to a day: Retry-After in either form, or a spent rate limit's end.

    None when neither is said or can be read; a moment gone by is 0. GitHub names the end of a
    spent limit in X-RateLimit-Reset, in seconds since 1970.
    """
    # A moment is by the host's own clock: ours, or a guest's that slept, may be an hour off.
    sent = _moment(headers.get("Date", "")) or now
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return _bounded(float(value[:10]))
    if moment := _moment(value):
        return _bounded((moment - sent).total_seconds())
    reset = headers.get("X-RateLimit-Reset", "").strip()
    if is_limit_spent(headers) and reset.isascii() and reset.isdigit():
        return _bounded(float(reset[:12]) - sent.timestamp())
    return None


def sent_at(headers: Mapping[str, str]) -> datetime | None:
    """The moment by the host's clock: Date, plus how long a cache on the way kept it (Age)."""
    moment, age = _moment(headers.get("Date", "")), headers.get("Age", "").strip()
    if moment and age.isascii() and age.isdigit():
        return moment + timedelta(seconds=_bounded(float(age[:10])))
    return moment


def is_limit_spent(headers: Mapping[str, str]) -> bool:
    """Whether the host says that none of its allowance is left."""
    return headers.get("X-RateLimit-Remaining", "").strip() == "0"


def max_age_seconds(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """How long the answer stays fresh, 0 to a day; None when it does not say.

    Cache-Control wins over Expires; `no-cache` and `no-store` are 0.
    """
    directives = _directives(headers.get("Cache-Control", ""))
    age = directives.get("max-age", "")
    if "no-store" in directives or "no-cache" in directives:
        return 0.0
    if age.isascii() and age.isdigit():
        return _bounded(float(age[:10]))
    if "Expires" not in headers:
        return None
    # A value that is no date, such as 0 or -1, says that it has expired (RFC 9111, 5.3).
    expires = _moment(headers["Expires"])
    sent = _moment(headers.get("Date", "")) or now
    return _bounded((expires - sent).total_seconds()) if expires else 0.0


def next_url(headers: Mapping[str, str], *, url: str) -> str:
    """The address of the next page (Link rel=next), "" when there is none to be had.

    One that gives up encryption is none. It is checked like any other when it is asked.
    """
    link = headers.get("Link", "")
    for part in parse_header_links(link) if len(link) <= LONGEST_HEADER else ():
        if "next" not in part.get("rel", "").lower().split():
            continue
        try:
            target = urljoin(url, part["url"])
        except ValueError:
            return ""
        is_kept = target.startswith("https:" if url.startswith("https:") else ("http:", "https:"))
        return target if is_kept else ""
    return ""


def _directives(value: str) -> dict[str, str]:
    parts = (part.partition("=") for part in value[:LONGEST_HEADER].split(","))
    return {name.strip().lower(): said.strip().strip('"') for name, _, said in parts}


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)
