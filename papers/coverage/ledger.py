"""Writing the ledger of batches: what each source brought for a day, and what a list page states.

It decides what is counted and writes rows only when they change. Never fetches, never guesses a
total. Read more: states.py for what the states claim.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Min, Q

from papers.calendar import Calendar, Expectation, feed_day, is_late, read_calendar
from papers.coverage.states import state_of
from papers.lag import in_feed_of
from papers.models import Announcement, Batch, Source

PROBLEMS_KEPT = 50
# How long a state may still change by the clock alone, or by a calendar entered afterwards.
RESTATED_DAYS = 8


def write_batch(
    source: Source,
    *,
    day: date,
    received: int,
    rejected: int,
    problems: Sequence[str],
    read_at: datetime,
    is_further_page: bool = False,
) -> Batch:
    """Write what an answer of `source`, read at `read_at`, brought for `day`.

    `received` counts the papers of the answer. For arXiv's daily feeds the ledger counts instead
    the papers announced that day in the category, since an answer may repeat an earlier day's.
    What is stated elsewhere (`expected`, `recovered`) is kept. `problems` has a sentence for each
    of the `rejected` items; the first 50 are kept. All three are added to what the first page
    said where `is_further_page`.
    """
    with transaction.atomic():
        batch = lock_batch(source, day, at=read_at)
        if is_further_page:
            received, rejected = batch.received + received, batch.rejected + rejected
            problems = (*batch.problems, *problems)
        batch.received = _received(source, day, received)
        batch.rejected = rejected
        batch.problems = list(problems[:PROBLEMS_KEPT])
        batch.read_at = batch.updated_at = read_at
        restate_batch(batch, read_calendar(), now=read_at)
        batch.save()
    return batch


def witness(category: str, *, day: date, expected: int, witnessed_at: datetime) -> Batch | None:
    """Write that arXiv's list page of `category` states `expected` papers for `day`.

    It goes to the batch of the category's daily feed, which is made when there is none yet.
    Returns None when no source reads that feed.
    """
    source = Source.objects.filter(kind=Source.Kind.ARXIV_RSS, key=category).first()
    if source is None:
        return None
    with transaction.atomic():
        batch = lock_batch(source, day, at=witnessed_at)
        batch.received = _received(source, day, batch.received)
        batch.expected = expected
        batch.witnessed_at = batch.updated_at = witnessed_at
        restate_batch(batch, read_calendar(), now=witnessed_at)
        batch.save()
    return batch


def restate(*, now: datetime) -> int:
    """Say of arXiv's batches of the last eight days what is true now; return how many changed.

    Each active daily feed that was tried before gets a row for a day on which nothing came at
    all: a missing row is what nobody would see.
    """
    today = feed_day(now)
    days = [today - timedelta(days=back) for back in range(RESTATED_DAYS)]
    calendar = read_calendar()
    made = Batch.objects.bulk_create(_missing(days, calendar, now), ignore_conflicts=True)
    changed = []
    rows = Batch.objects.filter(source__kind=Source.Kind.ARXIV_RSS, announced_on__in=days)
    for batch in rows.select_related("source").defer("problems"):
        before = batch.state
        restate_batch(batch, calendar, now=now)
        if batch.state != before:
            batch.updated_at = now
            changed.append((batch, before))
    # Named with the state it had: a batch written meanwhile is newer than what was read here.
    return len(made) + sum(
        Batch.objects.filter(pk=batch.pk, state=before, received=batch.received).update(
            state=batch.state, updated_at=batch.updated_at
        )
        for batch, before in changed
    )


def count_announced(key: str, day: date) -> int:
    """Return how many papers were announced on `day` in the feed of `key`, each once."""
    listed = Announcement.objects.filter(in_feed_of(key), announced_on=day)
    return listed.values("paper_id").distinct().count()


def lock_batch(source: Source, day: date, *, at: datetime) -> Batch:
    """Return the batch of `source` for `day`, made if need be and locked until the commit."""
    key = {"source": source, "category": source.key, "announced_on": day}
    Batch.objects.get_or_create(**key, defaults={"updated_at": at})
    return Batch.objects.select_for_update().get(**key)


def restate_batch(batch: Batch, calendar: Calendar, *, now: datetime) -> None:
    """Set the state that is true of the batch's other fields at `now`, without saving it."""
    day = batch.announced_on
    batch.state = state_of(
        received=batch.received,
        expected=batch.expected,
        expectation=calendar.expectation(day) if has_calendar(batch.source) else None,
        is_answered=batch.read_at is not None,
        is_late=is_late(day, now),
    )


def has_calendar(source: Source) -> bool:
    return source.kind == Source.Kind.ARXIV_RSS


def _received(source: Source, day: date, received: int) -> int:
    return count_announced(source.key, day) if has_calendar(source) else received


def _missing(days: Iterable[date], calendar: Calendar, now: datetime) -> Iterable[Batch]:
    late_days = [
        day for day in days if is_late(day, now) and calendar.expectation(day) is Expectation.BATCH
    ]
    sources = Source.objects.filter(kind=Source.Kind.ARXIV_RSS, is_active=True)
    known = set(
        Batch.objects.filter(source__in=sources, announced_on__in=late_days).values_list(
            "source", "announced_on"
        )
    )
    tried = sources.filter(last_attempt_at__isnull=False)
    first_on = Min("batches__announced_on", filter=Q(batches__recovered=0))
    for source in tried.annotate(first_on=first_on):
        # A feed added today has no history here: the days before it are nobody's loss.
        since = min(source.first_on or feed_day(now), feed_day(now))
        for day in late_days:
            if day >= since and (source.pk, day) not in known:
                yield Batch(
                    source=source,
                    category=source.key,
                    announced_on=day,
                    state=Batch.State.LATE,
                    updated_at=now,
                )
