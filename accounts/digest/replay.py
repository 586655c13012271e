"""A month in minutes: a chosen clock moved hour by hour through refresh, ranking and digest.

It decides what happens in which hour and what is counted; mail is kept, never sent. Time comes in
as an argument everywhere, so the code that runs is the code of every day.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from accounts.digest import send, tick
from accounts.outbox import OutboxBackend
from papers import trending
from papers.feeds.gate import SLOW
from papers.models import HostGate, Paper, Source
from papers.refresh import refresh
from papers.search import folder, follower
from papers.sources import READERS, ensure_sources, find_sources

# Past midnight US Eastern, when arXiv's feeds are new, and in the evening, when lists are full.
REFRESH_HOURS = (6, 18)
# What a refresh writes in the row of a source, put back after the replay.
_SOURCE_FIELDS = [
    "state",
    "last_error",
    "failures",
    "failing_since",
    "last_attempt_at",
    "last_success_at",
    "last_full_at",
    "next_due_at",
    "etag",
    "last_modified",
]


class KeepingBackend(BaseEmailBackend):
    """Counts mail by Message-ID and recipient instead of sending it."""

    kept: Counter[tuple[str, str]] = Counter()

    def send_messages(self, email_messages: list[EmailMessage]) -> int:  # type: ignore[override]
        for message in email_messages:
            for recipient in message.recipients():
                self.kept[str(message.extra_headers.get("Message-ID")), recipient] += 1
        return len(email_messages)


class WritingBackend(KeepingBackend):
    """Counts it, and writes it to the folder settings.OUTBOX."""

    def send_messages(self, email_messages: list[EmailMessage]) -> int:  # type: ignore[override]
        OutboxBackend().send_messages(email_messages)
        return super().send_messages(email_messages)


@dataclass(slots=True)
class DayResult:
    """What one day brought. `outcomes` counts issues by the state they ended in."""

    day: date
    papers: int = 0
    errors: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)


def replay(
    first: date,
    last: date,
    *,
    move_origin: Callable[[date], None],
    with_digest: bool,
    after_refresh: Callable[[datetime], None] = lambda now: None,
) -> Iterator[DayResult]:
    """Run each hour (UTC) of the days `first` to `last`, both included; yield a result a day.

    `move_origin` tells the sources which day it is; `after_refresh` is called when the papers of
    that hour are stored, ranked and can be searched.
    """
    ensure_sources()
    day = first
    while day <= last:
        result = DayResult(day)
        move_origin(day)
        for hour in range(24):
            now = datetime.combine(day, time(hour), tzinfo=UTC)
            if hour in REFRESH_HOURS:
                _refresh(result, now)
                after_refresh(now)
            if with_digest:
                _send(result, now)
        yield result
        day += timedelta(days=1)


def _refresh(result: DayResult, now: datetime) -> None:
    for source in find_sources(""):
        if source.kind not in READERS:  # counts and the repair have no recorded days
            continue
        outcome = refresh(source, now=now)
        result.papers += outcome.result.created
        if outcome.error:
            result.errors.append(f"{source.name}: {outcome.error}")
        arrived = Paper.objects.filter(pk__in=outcome.result.paper_ids, first_seen_at__gt=now)
        arrived.update(first_seen_at=now)
    trending.follow(now=now)
    try:
        follower.index_now()
    except folder.IndexBusy:
        follower.wait_for_follower(timeout_seconds=60)


def _send(result: DayResult, now: datetime) -> None:
    for chunk in tick.tick(now, now).chunks:
        result.outcomes += send.deliver(chunk, now=now, at=now)


@contextmanager
def keeping_sources(host: str) -> Iterator[None]:
    """Put the sources' rows back afterwards: no real refresh may follow a chosen clock."""
    ensure_sources()
    before = list(Source.objects.all())
    try:
        yield
    finally:
        Source.objects.bulk_update(before, _SOURCE_FIELDS)
        HostGate.objects.filter(host__in=(host, f"{host}{SLOW}")).delete()
