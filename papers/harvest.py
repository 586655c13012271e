"""Long reads of arXiv in many pages: the nightly repair, and backfill over years.

It decides where the next page begins and when it may be asked for; every step is in the Harvest's
row, so a restart goes on where it was. It never asks arXiv twice at once (papers/feeds/gate.py),
and a page that comes empty or out of order is a fault to be said, never the end.
Read more: DESIGN 3.7 and https://info.arxiv.org/help/oa/index.html.
"""

import logging
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from papers import documents
from papers.calendar import feed_day
from papers.feeds import arxiv_api, arxiv_oai
from papers.feeds.fetch import FetchedResponse
from papers.feeds.parsing import parse_apart
from papers.feeds.records import (
    EmptyPageError,
    ExpiredPositionError,
    FeedError,
    FetchError,
    HostBusyError,
    PaperRecord,
    ParsedFeed,
    ParseError,
)
from papers.identifiers import month_of
from papers.ingest import IngestResult, ingest, mark_withdrawn
from papers.models import FetchedDocument, Harvest, TextSource

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=6)
# arXiv was measured to answer 429, 503 and time-outs just after its announcement.
BUSY_HOUR = (time(0, 0), time(1, 0))  # UTC
# What a position that is known no more may be answered with, beside OAI-PMH's own error.
POSITION_REFUSED = (400, 404, 410, 422)
PROBLEMS_KEPT = 50
EARLIEST = date(1991, 1, 1)
# The earliest day of a change that arXiv's OAI-PMH knows.
FIRST_CHANGE = date(2005, 9, 16)


class AlreadyBegunError(ValueError):
    """The same is being read already, by `harvest`."""

    def __init__(self, words: str, harvest: Harvest) -> None:
        super().__init__(words)
        self.harvest = harvest


@dataclass(frozen=True, slots=True)
class Progress:
    """`share` of the span that is read, 0 to 1; `remaining` is None until it can be guessed."""

    share: float
    records_a_second: float
    remaining: timedelta | None


def start_backfill(
    *,
    interface: str,
    scope: str,
    first_on: date,
    last_on: date | None = None,
    earliest_month: date | None = None,
    today: date,
) -> Harvest:
    """Begin to read everything of `scope` from `first_on` to `last_on` (None: `today`).

    With OAI-PMH the days are those of a record's last change, so that `earliest_month` keeps old
    papers out; with the query API they are days of submission. Raises ValueError in words, also
    while the same is being read already.
    """
    last_on = last_on or today
    if not EARLIEST <= first_on <= last_on <= today + timedelta(days=1):
        raise ValueError("The days must lie between 1991 and today, the first before the last.")
    if not scope:
        raise ValueError("Say what to read: a set such as cs or cs:cs:CL, or a category.")
    if interface != Harvest.Interface.API:
        first_on = min(max(first_on, FIRST_CHANGE), last_on)
    if begun := find_backfill(interface=interface, scope=scope, first_on=first_on):
        words = _("The same is being read already: a backfill was begun on %(day)s (%(state)s).")
        state = begun.get_state_display()
        words %= {"day": f"{begun.started_at:%Y-%m-%d}", "state": state}
        raise AlreadyBegunError(words, begun)
    return Harvest.objects.create(
        interface=interface,
        scope=scope,
        first_on=first_on,
        last_on=last_on,
        earliest_month=earliest_month,
        window_first_on=first_on,
        window_last_on=_window_end(first_on, last_on),
    )


def find_backfill(*, interface: str, scope: str, first_on: date) -> Harvest | None:
    """Return the backfill of this scope from this day that is not at its end, if there is one."""
    if interface != Harvest.Interface.API:
        first_on = max(first_on, FIRST_CHANGE)
    states = (Harvest.State.RUNNING, Harvest.State.PAUSED)
    begun = Harvest.objects.filter(source=None, state__in=states)
    return begun.filter(interface=interface, scope=scope, first_on=first_on).first()


def pause(harvest: Harvest) -> None:
    _move(harvest, Harvest.State.RUNNING, Harvest.State.PAUSED)


def resume(harvest: Harvest) -> None:
    if _move(harvest, Harvest.State.PAUSED, Harvest.State.RUNNING):
        Harvest.objects.filter(pk=harvest.pk).update(next_due_at=Now(), failures=0)


def stop(harvest: Harvest) -> None:
    """End it for good; what it brought stays."""
    for state in (Harvest.State.RUNNING, Harvest.State.PAUSED):
        _move(harvest, state, Harvest.State.STOPPED)


def _move(harvest: Harvest, before: Harvest.State, after: Harvest.State) -> bool:
    moved = Harvest.objects.filter(pk=harvest.pk, state=before).update(state=after)
    harvest.refresh_from_db()
    return bool(moved)


def progress(harvest: Harvest, *, now: datetime) -> Progress:
    """Return how far `harvest` is, by the days of its span, and how quickly it comes."""
    rate = harvest.received / harvest.busy_seconds if harvest.busy_seconds else 0.0
    if harvest.state == Harvest.State.DONE:
        return Progress(1.0, rate, timedelta(0))
    last_on = harvest.last_on or now.date()
    whole = (last_on - harvest.first_on).days + 1
    share = min(max((harvest.window_first_on - harvest.first_on).days / max(whole, 1), 0.0), 1.0)
    remaining = timedelta(seconds=harvest.busy_seconds / share * (1 - share)) if share else None
    return Progress(share, rate, remaining)


def due(now: datetime) -> list[int]:
    """Return the harvests whose next page may be asked for, the repair before any backfill."""
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    waiting = Harvest.objects.filter(
        free, state=Harvest.State.RUNNING, next_due_at__lte=now, documents=None
    )
    ordered = waiting.order_by(F("source").asc(nulls_last=True), "pk")
    return list(ordered.values_list("pk", flat=True))


def claim(harvest_id: int, *, now: datetime) -> Harvest | None:
    """Take the turn to ask for a harvest's next page; None when it is another's, or not due."""
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    rows = Harvest.objects.filter(
        free, pk=harvest_id, state=Harvest.State.RUNNING, next_due_at__lte=now
    )
    # The wait for a process that was killed while it asked is no work: it begins anew here.
    taken_over_at = Case(When(leased_until__isnull=False, then=Value(now)), default="positioned_at")
    if not rows.update(
        lease_token=uuid.uuid4(), leased_until=Now() + LEASE, positioned_at=taken_over_at
    ):
        return None
    harvest = Harvest.objects.get(pk=harvest_id)
    # Looked for only now: a page may have come until the turn was taken.
    if harvest.documents.exists():
        _release(harvest, next_due_at=harvest.next_due_at)
        return None
    return harvest


def fetch_page(harvest: Harvest, *, now: datetime) -> FetchedDocument | None:
    """Ask for the next page of a claimed harvest and keep it; None when it did not come.

    Why not, and when it is tried again, is then in the harvest's row. A page that comes after the
    turn was lost is dropped: kept beside the other worker's, it would move the window on twice.
    """
    if wait := _busy_hour_left(now):
        _release(harvest, next_due_at=now + wait)
        return None
    try:
        answer = _ask(harvest)
    except HostBusyError as error:
        _release(harvest, next_due_at=now + timedelta(seconds=error.retry_after_seconds or 60.0))
        return None
    except FetchError as error:
        if harvest.position and error.status in POSITION_REFUSED:
            _begin_window_anew(harvest)
        _fail(harvest, error, now=now)
        return None
    with transaction.atomic():
        if not _release(harvest, next_due_at=now):
            return None
        return documents.keep(answer, harvest=harvest, for_day=harvest.window_first_on, now=now)


def _ask(harvest: Harvest) -> FetchedResponse:
    if harvest.interface == Harvest.Interface.API:
        return arxiv_api.fetch_range(
            harvest.scope,
            harvest.window_first_on,
            harvest.window_last_on or harvest.window_first_on,
            offset=int(harvest.position or 0),
        )
    raw = harvest.interface == Harvest.Interface.OAI_RAW
    return arxiv_oai.fetch_page(
        set_spec=harvest.scope,
        prefix="arXivRaw" if raw else "arXiv",
        first_on=harvest.window_first_on,
        last_on=harvest.window_last_on,
        position=harvest.position,
    )


def store_page(document: FetchedDocument, *, now: datetime) -> IngestResult:
    """Store a page's papers and move the harvest to the next page, window, or its end.

    A page stored twice changes nothing. Raises ParseError after writing to the harvest's row why
    the page could not be used and when it is asked for again; the page's row goes then too.
    """
    harvest = _harvest_of(document)
    try:
        parsed = _parse(harvest, document)
    except ParseError as error:
        with transaction.atomic():
            if documents.let_go(document):
                _ask_again(harvest, error, now=now)
        raise
    records = [r for r in parsed.records if _is_wanted(r, harvest.earliest_month)]
    result = ingest(
        records,
        text_source=TextSource.ARXIV,
        today=document.fetched_at.date(),
        origin=f"arxiv_{harvest.interface}",
    )
    mark_withdrawn(parsed.deleted, at=document.fetched_at)
    with transaction.atomic():
        if documents.let_go(document):
            _advance(harvest, document, parsed, result, now=now)
    return result


def _parse(harvest: Harvest, document: FetchedDocument) -> ParsedFeed:
    body = bytes(document.body)
    if harvest.interface == Harvest.Interface.API:
        parsed: ParsedFeed = parse_apart(arxiv_api.parse, body)
    else:
        today = feed_day(document.fetched_at)
        parsed = parse_apart(arxiv_oai.parse, body, today=today)
    _check_place(harvest, parsed)
    return parsed


def _check_place(harvest: Harvest, parsed: ParsedFeed) -> None:
    """Raise where the rest of a window would be left out, or one page asked for again and again."""
    if not harvest.position:
        return
    if parsed.position == harvest.position:
        raise ParseError("arXiv's page leads to itself, so the next one cannot be asked for.")
    is_empty = not (parsed.records or parsed.deleted or parsed.problems or parsed.position)
    # Of the query API an empty page after the last is the end, and its parser tells them apart.
    if is_empty and harvest.interface != Harvest.Interface.API:
        raise EmptyPageError("arXiv's OAI-PMH named a next page, and sent an empty one.")


def _is_wanted(record: PaperRecord, earliest_month: date | None) -> bool:
    if earliest_month is None:
        return True
    return month_of(record.arxiv_id) >= earliest_month


def _advance(
    harvest: Harvest,
    document: FetchedDocument,
    parsed: ParsedFeed,
    result: IngestResult,
    *,
    now: datetime,
) -> None:
    """Count the page, and say where the next one begins."""
    values: dict[str, object] = {
        "pages": F("pages") + 1,
        "received": F("received") + len(parsed.records),
        "created": F("created") + result.created,
        "changed": F("changed") + result.changed,
        "left_out": F("left_out") + len(parsed.records) - result.received,
        "busy_seconds": F("busy_seconds") + _busy_seconds(harvest, document, now),
        "problems": [*harvest.problems, *parsed.problems, *result.problems][-PROBLEMS_KEPT:],
        "failures": 0,
        "last_error": "",
        "next_due_at": now,
        "position": parsed.position,
        "positioned_at": now,
    }
    if not parsed.position:
        values |= _next_window(harvest, now)
    Harvest.objects.filter(pk=harvest.pk).update(**values)
    harvest.refresh_from_db()


def _busy_seconds(harvest: Harvest, document: FetchedDocument, now: datetime) -> float:
    """From the last step to this one; a night in which the site was off does not count.

    Nor does the wait for the lease of a process that was killed while it stored the page.
    """
    since = harvest.positioned_at or harvest.started_at
    until = document.fetched_at if document.attempts > 1 else now
    return min(max((until - since).total_seconds(), 0.0), LEASE.total_seconds())


def _next_window(harvest: Harvest, now: datetime) -> dict[str, object]:
    end = harvest.window_last_on
    if end is None or harvest.last_on is None or end >= harvest.last_on:
        done = {"state": Harvest.State.DONE, "finished_at": now}
        return done if harvest.state != Harvest.State.STOPPED else {}
    first_on = end + timedelta(days=1)
    return {
        "window_first_on": first_on,
        "window_last_on": _window_end(first_on, harvest.last_on),
    }


def _window_end(first_on: date, last_on: date) -> date:
    """The end of `first_on`'s month: a token that dies then costs a month, not years."""
    next_month = (first_on.replace(day=1) + timedelta(days=32)).replace(day=1)
    return min(next_month - timedelta(days=1), last_on)


def _ask_again(harvest: Harvest, error: ParseError, *, now: datetime) -> None:
    """Go on after a page that could not be used: an expired position halves its window."""
    if isinstance(error, ExpiredPositionError):
        _begin_window_anew(harvest)
    elif not isinstance(error, EmptyPageError) and harvest.position:
        logger.warning("%s: page after %s: %s", harvest, harvest.position[:60], error)
    _fail(harvest, error, now=now)


def _begin_window_anew(harvest: Harvest) -> None:
    Harvest.objects.filter(pk=harvest.pk).update(position="", window_last_on=_halved(harvest))


def _halved(harvest: Harvest) -> date | None:
    if harvest.last_on is None or harvest.window_last_on is None or not harvest.position:
        return harvest.window_last_on
    days = (harvest.window_last_on - harvest.window_first_on).days
    return harvest.window_first_on + timedelta(days=days // 2)


def _fail(harvest: Harvest, error: FeedError, *, now: datetime) -> None:
    wait: timedelta = min(FIRST_RETRY * 2 ** min(harvest.failures, 12), LONGEST_RETRY)
    asked = error.retry_after_seconds if isinstance(error, FetchError) else None
    next_due_at = now + max(wait, timedelta(seconds=asked or 0.0))
    Harvest.objects.filter(pk=harvest.pk).update(
        failures=F("failures") + 1, last_error=str(error), next_due_at=next_due_at
    )
    _release(harvest, next_due_at=next_due_at)
    logger.warning("%s fails: %s Next try at %s UTC.", harvest, error, f"{next_due_at:%H:%M}")


def _release(harvest: Harvest, *, next_due_at: datetime) -> bool:
    """Give the turn back; False when it has become another's."""
    held = Harvest.objects.filter(pk=harvest.pk, lease_token=harvest.lease_token)
    return bool(held.update(lease_token=None, leased_until=None, next_due_at=next_due_at))


def _busy_hour_left(now: datetime) -> timedelta | None:
    start, end = BUSY_HOUR
    moment = now.astimezone(UTC)
    if not start <= moment.time() < end:
        return None
    return datetime.combine(moment.date(), end, UTC) - moment


def fail_to_store(document: FetchedDocument, error: Exception) -> None:
    """Keep a page that could not be stored, and say so at its harvest."""
    reason = documents.write_why_unstored(document, error)
    Harvest.objects.filter(pk=_harvest_of(document).pk).update(last_error=reason)


def _harvest_of(document: FetchedDocument) -> Harvest:
    if document.harvest is None:
        raise ValueError(f"{document} belongs to a source (papers/refresh.py).")
    return document.harvest
