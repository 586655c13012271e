"""The ledger as operators see it: how many issues ended how, how late, and what failed in words.

It reads and counts; an operator's retry is in again.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, QuerySet

from accounts.models import Delivery

DAYS = 14
MOST_REASONS = 20
MOST_ROWS = 100
State = Delivery.State
ENDED_BADLY = (State.FAILED, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Day:
    """Issues of one local date: how many in which state, in the order of `State`."""

    local_date: date
    counts: Sequence[int]


@dataclass(frozen=True, slots=True)
class Lateness:
    """Minutes from due until handed over, of issues sent at the first attempt in the last day."""

    issues: int
    median: float
    p95: float
    most: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is due now; `since` is when the first of them came due."""

    issues: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Issues that ended badly for one reason."""

    state: str
    reason: str
    issues: int
    newest: date

    @property
    def label(self) -> str:
        return str(State(self.state).label)


def days(today: date) -> list[Day]:
    """Return the last 14 days that have issues, the newest first. One query."""
    counted = (
        Delivery.objects.filter(local_date__gt=today - timedelta(days=DAYS))
        .order_by("-local_date")
        .values_list("local_date", "state")
        .annotate(issues=Count("pk"))
    )
    by_day: dict[date, dict[str, int]] = {}
    for local_date, state, issues in counted:
        by_day.setdefault(local_date, {})[state] = issues
    return [
        Day(local_date, [found.get(state, 0) for state in State.values])
        for local_date, found in by_day.items()
    ]


def waiting(now: datetime) -> Waiting:
    found = Delivery.objects.filter(state=State.DUE, due_at__lte=now).aggregate(
        issues=Count("pk"), since=Min("due_at")
    )
    return Waiting(found["issues"], found["since"])


_LATENESS = """
SELECT count(*), percentile_cont(ARRAY[0.5, 0.95, 1.0]) WITHIN GROUP (
    ORDER BY extract(epoch FROM finished_at - due_at) / 60)
FROM accounts_delivery
WHERE state = 'sent' AND attempts = 1 AND finished_at > %s AND local_date > %s
"""


def lateness(now: datetime) -> Lateness | None:
    """Return how late issues of the last 24 hours were; None when there was none."""
    with connection.cursor() as cursor:
        cursor.execute(_LATENESS, [now - timedelta(days=1), now.date() - timedelta(days=3)])
        issues, minutes = cursor.fetchone()
    return Lateness(issues, *(max(0.0, float(part)) for part in minutes)) if issues else None


def troubles(today: date) -> list[Trouble]:
    """Return what ended badly in the last 14 days by reason, the commonest first."""
    counted = (
        _ended_badly(today)
        .order_by()
        .values_list("state", "reason")
        .annotate(issues=Count("pk"), newest=Max("local_date"))
        .order_by("-issues", "reason", "state")[:MOST_REASONS]
    )
    return [Trouble(*row) for row in counted]


def rows(today: date) -> Iterable[Delivery]:
    """The newest 100 that ended badly, with their readers."""
    return _ended_badly(today).select_related("user").order_by("-local_date", "-pk")[:MOST_ROWS]


def ended_so(today: date, state: str, reason: str) -> QuerySet[Delivery, Any]:
    """The numbers of all that ended so in the last 14 days, as a query."""
    return _ended_badly(today).filter(state=state, reason=reason).order_by().values("pk")


def _ended_badly(today: date) -> QuerySet[Delivery]:
    first = today - timedelta(days=DAYS)
    return Delivery.objects.filter(local_date__gt=first, state__in=ENDED_BADLY)
