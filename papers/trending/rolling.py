"""What only the passing of days changes: what leaves a window, and the days that are over.

It decides when a past day is final: two days after it, when the snapshots around it have come.
"""

import math
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min

from papers import working
from papers.alone import alone_at
from papers.ingest_sql import LOCK
from papers.models import Paper, RankingState, Signal, TrendingDay
from papers.queues import ROUND_SECONDS
from papers.ranking import FORMULA_VERSION
from papers.trending import gains, scores, standings, weights
from papers.trending.updating import lock_stats

PLACES_A_DAY = 100
SETTLED_AFTER = timedelta(days=2)
# Days before the site began to keep them, or while it was away, are made from the snapshots.
MOST_DAYS_BACK = 400
# One transaction each: under two seconds, so that the follower's horizon is never held back.
CHUNK = 20_000


def follow(*, now: datetime) -> None:
    """Do what is due: compute all anew where formula or weights changed, and roll once a day.

    Ends after ROUND_SECONDS and the step in hand, and the next time goes on from there. One
    process at a time; another that comes meanwhile does nothing.
    """
    end = time.monotonic() + ROUND_SECONDS
    with alone_at("papers.trending") as is_mine:
        if is_mine and _is_all_computed(now, end):
            roll(now=now, end=end)


def _is_all_computed(now: datetime, end: float) -> bool:
    """Go on computing all for the formula and weights in force; False where `end` came first."""
    state, change = RankingState.objects.first(), weights.newest()
    by = (FORMULA_VERSION, change.pk if change else None)
    if state is not None and (state.formula_version, state.weights_id) == by:
        return True
    goal = f"{by[0]} {by[1]}"
    done = state.recomputed_to if state is not None and state.recomputing == goal else None
    for last, _changed in _recomputed(today=now.astimezone(UTC).date(), after=done or 0):
        _keep(now, recomputing=goal, recomputed_to=last)
        if time.monotonic() > end:
            return False
    values = {"formula_version": by[0], "weights_id": by[1], "computed_at": now}
    _keep(now, **values, recomputing="", recomputed_to=None)
    return True


def _keep(now: datetime, **fields: Any) -> None:
    never_computed = {"formula_version": 0, "computed_at": now}
    RankingState.objects.update_or_create(
        id=1, defaults=fields, create_defaults=never_computed | fields
    )


def roll(*, now: datetime, end: float = math.inf) -> int:
    """Move the windows to the day of `now` (UTC) and store the days that are over.

    Done once a day; returns how many days were stored, 0 where it was done before. Where `end`, by
    the monotonic clock, comes first, it is not done yet: the next time goes on with the days. A
    clock that was set back moves the windows back and touches no day after it.
    """
    today = now.astimezone(UTC).date()
    if RankingState.objects.filter(rolled_on=today).exists():
        return 0
    for ids in _chunks(gains.may_have_gained(today=today)):
        working.note_alive()
        with transaction.atomic():
            _lock(ids)
            gains.write_gains(ids, today=today)
            standings.write_standings(ids, today=today)
    with transaction.atomic():
        too_old = standings.too_old_for_now()
        _lock(too_old)
        standings.write_standings(too_old, today=today)
    days = _unsettled_days(today - timedelta(days=1), now)
    stored = _store_days(days, now, end)
    if stored == len(days):
        _keep(now, rolled_on=today)
    return stored


def store_days(*, last: date, now: datetime) -> int:
    """Store the lists of the days up to `last` that are not final yet; return how many."""
    return _store_days(_unsettled_days(last, now), now, math.inf)


def _store_days(days: Sequence[date], now: datetime, end: float) -> int:
    """Return how many; fewer than all where `end` came first."""
    for number, day in enumerate(days, 1):
        is_final = _store_day(day, now=now)
        working.note_alive()
        # The few that are not final yet would be stored anew by the next round: they end this one.
        if is_final and time.monotonic() > end:
            return number
    return len(days)


def _unsettled_days(last: date, now: datetime) -> list[date]:
    """The oldest first: those that stay unsettled, and are stored each time, are the newest."""
    known: date | None = Signal.objects.aggregate(day=Min("observed_on"))["day"]
    first = max(min(known or last, last), last - timedelta(days=MOST_DAYS_BACK))
    # One that is final from a moment to come was made by a clock that was ahead.
    final = TrendingDay.objects.filter(day__gte=first, settled_at__lte=now)
    settled = set(final.values_list("day", flat=True))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day not in settled]


@transaction.atomic
def _store_day(day: date, *, now: datetime) -> bool:
    """Store its lists; return whether they are final."""
    today = now.astimezone(UTC).date()
    settled_at = now if today - day > SETTLED_AFTER else None
    kept, _is_new = TrendingDay.objects.update_or_create(
        day=day, defaults={"settled_at": settled_at}
    )
    kept.places.all().delete()
    known = min(today, day + gains.LONGEST_GAP)
    gains.write_best_of(day, known=known, most=PLACES_A_DAY)
    return settled_at is not None


def recompute(*, today: date) -> int:
    """Write every paper's score, gains and places anew; return how many scores changed.

    In chunks of papers, each its own transaction: the site goes on meanwhile.
    """
    return sum(changed for _last, changed in _recomputed(today=today, after=0))


def _recomputed(*, today: date, after: int) -> Iterator[tuple[int, int]]:
    """Recompute the papers above the number `after`; yield, of each chunk that is written, its
    last number and how many scores changed."""
    ends = Paper.objects.filter(pk__gt=after).aggregate(first=Min("pk"), last=Max("pk"))
    for first in range(ends["first"] or 0, (ends["last"] or -1) + 1, CHUNK):
        last = first + CHUNK - 1
        ids = list(Paper.objects.filter(pk__range=(first, last)).values_list("pk", flat=True))
        with transaction.atomic():
            _lock(ids)
            changed = scores.rerank(ids, today=today, may_rise=False)
            gains.write_gains(ids, today=today)
            standings.write_standings(ids, today=today)
        working.note_alive()
        yield last, changed


def _chunks(paper_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(paper_ids), CHUNK):
        yield paper_ids[start : start + CHUNK]


def _lock(paper_ids: Sequence[int]) -> None:
    """Wait for ingest, which writes the same rows in an order of its own, and for votes."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
    lock_stats(paper_ids)
