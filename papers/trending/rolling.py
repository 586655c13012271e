"""What only the passing of days changes: what leaves a window, and the days that are over.

It decides when a past day is final: two days after it, when the snapshots around it have come.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Min

from papers.ingest_sql import LOCK
from papers.models import Paper, RankingState, Signal, TrendingDay
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
    """Do what is due: compute all anew where formula or weights changed, and roll once a day."""
    state, change = RankingState.objects.first(), weights.newest()
    by = (FORMULA_VERSION, change.pk if change else None)
    if state is None or (state.formula_version, state.weights_id) != by:
        recompute(today=now.astimezone(UTC).date())
        values = {"formula_version": by[0], "weights_id": by[1], "computed_at": now}
        RankingState.objects.update_or_create(id=1, defaults=values)
    roll(now=now)


def roll(*, now: datetime) -> int:
    """Move the windows to the day of `now` (UTC) and store the days that are over.

    Done once a day; returns how many days were stored, 0 where it was done before. A clock that
    was set back moves the windows back and touches no day after it.
    """
    today = now.astimezone(UTC).date()
    if RankingState.objects.filter(rolled_on=today).exists():
        return 0
    for ids in _chunks(gains.may_have_gained(today=today)):
        with transaction.atomic():
            _lock(ids)
            gains.write_gains(ids, today=today)
            standings.write_standings(ids, today=today)
    with transaction.atomic():
        too_old = standings.too_old_for_now()
        _lock(too_old)
        standings.write_standings(too_old, today=today)
    stored = store_days(last=today - timedelta(days=1), now=now)
    never_computed = {"formula_version": 0, "computed_at": now, "rolled_on": today}
    RankingState.objects.update_or_create(
        id=1, defaults={"rolled_on": today}, create_defaults=never_computed
    )
    return stored


def store_days(*, last: date, now: datetime) -> int:
    """Store the lists of the days up to `last` that are not final yet; return how many."""
    known: date | None = Signal.objects.aggregate(day=Min("observed_on"))["day"]
    first = max(min(known or last, last), last - timedelta(days=MOST_DAYS_BACK))
    # One that is final from a moment to come was made by a clock that was ahead.
    final = TrendingDay.objects.filter(day__gte=first, settled_at__lte=now)
    settled = set(final.values_list("day", flat=True))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    unsettled = [day for day in days if day not in settled]
    for day in unsettled:
        _store_day(day, now=now)
    return len(unsettled)


@transaction.atomic
def _store_day(day: date, *, now: datetime) -> None:
    today = now.astimezone(UTC).date()
    settled_at = now if today - day > SETTLED_AFTER else None
    kept, _is_new = TrendingDay.objects.update_or_create(
        day=day, defaults={"settled_at": settled_at}
    )
    kept.places.all().delete()
    known = min(today, day + gains.LONGEST_GAP)
    gains.write_best_of(day, known=known, most=PLACES_A_DAY)


def recompute(*, today: date) -> int:
    """Write every paper's score, gains and places anew; return how many scores changed.

    In chunks of papers, each its own transaction: the site goes on meanwhile.
    """
    ends = Paper.objects.aggregate(first=Min("pk"), last=Max("pk"))
    changed = 0
    for first in range(ends["first"] or 0, (ends["last"] or 0) + 1, CHUNK):
        within = Paper.objects.filter(pk__range=(first, first + CHUNK - 1))
        ids = list(within.values_list("pk", flat=True))
        with transaction.atomic():
            _lock(ids)
            changed += scores.rerank(ids, today=today, may_rise=False)
            gains.write_gains(ids, today=today)
            standings.write_standings(ids, today=today)
    return changed


def _chunks(paper_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(paper_ids), CHUNK):
        yield paper_ids[start : start + CHUNK]


def _lock(paper_ids: Sequence[int]) -> None:
    """Wait for ingest, which writes the same rows in an order of its own, and for votes."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
    lock_stats(paper_ids)
