"""The records that every source yields: what a parser may say, in one shape.

Decides the fields and their units; never reads the network, the clock, settings or the database.
Read more: papers/ingest.py (the only code that stores these) and CONTRIBUTING.md (adding a source).
"""

from dataclasses import dataclass
from datetime import date, datetime


class FeedError(Exception):
    """A source could not be read as a whole; the message is in words for an administrator."""


class FetchError(FeedError):
    """No usable answer came back.

    `retry_after_seconds` is what the server asked for (None when it did not say).
    `host_wide` means the whole host should be left alone for a while (429 and 503),
    not only this address. `status` is the HTTP status, 0 when there was no answer at all.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        retry_after_seconds: float | None = None,
        host_wide: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_seconds = retry_after_seconds
        self.host_wide = host_wide


class HostBusyError(FetchError):
    """The host's turn did not come in time, or it asked for a pause: nothing was asked of it.

    Not a failure of the source; try again after `retry_after_seconds`.
    """


class ParseError(FeedError):
    """The answer is not what this source sends (not XML, not JSON, an error page)."""


@dataclass(frozen=True, slots=True)
class AnnouncementRecord:
    """One listing of a paper: in `category`, on the arXiv day `announced_on` (US Eastern).

    `kind` is "new", "cross" or "replace".
    """

    category: str
    announced_on: date
    kind: str


@dataclass(frozen=True, slots=True)
class SignalRecord:
    """One number seen on one day. A number not given makes no record: missing is not zero.

    `kind` is "hf_upvotes", "hf_comments" or "github_stars".
    """

    kind: str
    observed_on: date
    value: int


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """A paper as one source tells it; "" and None mean that the source did not say.

    `arxiv_id` is the normalised base id (papers/identifiers.py), `authors` is in the order
    and spelling to be shown, the first of `categories` is the primary one (empty: unknown),
    moments are aware. `listed_on` is the day of a list that is not arXiv's own announcement.
    """

    arxiv_id: str
    title: str
    version: int | None = None
    abstract: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    submitted_at: datetime | None = None
    updated_at: datetime | None = None
    comment: str = ""
    journal_ref: str = ""
    license: str = ""
    doi: str = ""
    code_url: str = ""
    project_url: str = ""
    listed_on: date | None = None
    announcements: tuple[AnnouncementRecord, ...] = ()
    signals: tuple[SignalRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What one answer held; `problems` has one sentence for each item left out, and why."""

    records: tuple[PaperRecord, ...]
    problems: tuple[str, ...] = ()
