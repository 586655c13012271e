"""The records that every source yields: what a parser may say, in one shape.

Decides the fields and their units; never reads the network, the clock, settings or the database.
Read more: papers/ingest.py (the only code that stores these) and CONTRIBUTING.md (adding a source).
"""

from dataclasses import dataclass
from datetime import date, datetime

from papers.feeds.text import clean


class FeedError(Exception):
    """A source could not be read as a whole; the message is in words for an administrator.

    What it quotes of an answer is cleaned, so that the words can always be stored.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(clean(message))


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


class EmptyPageError(ParseError):
    """A page in the middle of a result came empty: a fault of the origin, to be asked again."""


class ExpiredPositionError(ParseError):
    """The position (a resumption token) is not accepted any more: read from the start again."""


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

    `kind` is one of papers.models.Signal.Kind.
    """

    kind: str
    observed_on: date
    value: int


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One version of a paper: its number from 1, when it was submitted, how large it was."""

    version: int
    submitted_at: datetime | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """A paper as one source tells it; "" and None mean that the source did not say.

    At least one of `arxiv_id` (the normalised base id, papers/identifiers.py), `doi` (normalised)
    and `url` (the address of its page) names the paper. `authors` is in the order and spelling to
    be shown, the first of `categories` is the primary one (empty: unknown), moments are aware.
    `listed_on` is the day of a list that is not arXiv's own announcement; `assumed_on` is when it
    was probably announced, used only while no list and no announcement is known. `found_on` is when
    it was come across by a source that names no day, used only for a paper not known before.
    `is_withdrawn` is None where a source cannot tell.
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
    url: str = ""
    keywords: tuple[str, ...] = ()
    is_withdrawn: bool | None = None
    versions: tuple[VersionRecord, ...] = ()
    listed_on: date | None = None
    assumed_on: date | None = None
    found_on: date | None = None
    announcements: tuple[AnnouncementRecord, ...] = ()
    signals: tuple[SignalRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What one answer held; `problems` has one sentence for each item left out, and why.

    `position` is where the next page begins, "" on the last one. `day` and `expected` are what a
    list states of itself: which day's it is, and how many papers it has in all; `title` is its
    name. `deleted` are the arXiv ids that it says are no more.
    """

    records: tuple[PaperRecord, ...]
    problems: tuple[str, ...] = ()
    position: str = ""
    day: date | None = None
    expected: int | None = None
    title: str = ""
    deleted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # They quote what could not be read: NUL and half characters cannot be stored.
        object.__setattr__(self, "problems", tuple(map(clean, self.problems)))
