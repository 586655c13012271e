"""What the choice must know of each reader: read for a whole chunk at once.

It reads lists, votes and earlier issues; it never chooses and never writes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from accounts.models import User
from papers.models import SeenPaper, Vote
from readinglists.models import Entry

FIRST_ISSUE_DAYS = 3
# Mailed once in this time is not mailed again; it also bounds what must be read for a choice.
REMEMBERED_DAYS = 120
OLDEST_ANNOUNCED_DAYS = 90
# A batch that a source brought late is still new to the reader; a bulk import of old papers isn't.
LATE_DAYS = 3
# Papers that arrived while the last issue was being made.
MARGIN = timedelta(minutes=10)
NEWEST_SAVED = 200


@dataclass(frozen=True, slots=True)
class Span:
    """Since when papers count as new for one reader. Days are UTC days, as announcements are."""

    announced_from: date
    risen_from: date
    until: date
    late_from: date | None = None
    seen_after: datetime | None = None

    @property
    def earliest(self) -> date:
        return min(self.announced_from, self.risen_from, self.late_from or self.until)

    def holds(
        self, announced_on: date | None, first_seen_at: datetime, risen_on: date | None
    ) -> bool:
        """Whether such a paper was announced, arrived late or rose in this span."""
        if risen_on is not None and self.risen_from <= risen_on <= self.until:
            return True
        if announced_on is None or announced_on > self.until:
            return False
        if announced_on >= self.announced_from:
            return True
        if self.late_from is None or self.seen_after is None:
            return False
        return announced_on >= self.late_from and first_seen_at > self.seen_after


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader's side of the choice. Ids are of papers; `had` were mailed lately or marked as
    seen, `known` saved or voted for; `saved` is newest first; `last_issue_on` is the reader's own
    date."""

    user_id: int
    size: int
    span: Span
    last_issue_on: date | None = None
    had: frozenset[int] = frozenset()
    known: frozenset[int] = frozenset()
    saved: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Past:
    last_issue_at: datetime | None = None
    last_issue_on: date | None = None
    mailed: frozenset[int] = frozenset()


def read(users: Sequence[User], now: datetime) -> list[Reader]:
    """Return what the choice needs of `users`, in their order: four queries for all of them."""
    ids = [user.pk for user in users]
    past = _past_issues(ids, now)
    saved = _grouped(
        Entry.objects.filter(reading_list__owner_id__in=ids)
        .order_by("-added_at", "-pk")
        .values_list("reading_list__owner_id", "paper_id")
    )
    voted = _grouped(
        Vote.objects.filter(user_id__in=ids).order_by("pk").values_list("user_id", "paper_id")
    )
    seen = _grouped(
        SeenPaper.objects.filter(
            user_id__in=ids, seen_at__gt=now - timedelta(days=REMEMBERED_DAYS)
        ).values_list("user_id", "paper_id")
    )
    nothing = _Past()
    return [
        Reader(
            user_id=user.pk,
            size=user.digest_size,
            span=span_since(past.get(user.pk, nothing).last_issue_at, now),
            last_issue_on=past.get(user.pk, nothing).last_issue_on,
            had=past.get(user.pk, nothing).mailed | frozenset(seen[user.pk]),
            known=frozenset(saved[user.pk]) | frozenset(voted[user.pk]),
            saved=tuple(dict.fromkeys(saved[user.pk]))[:NEWEST_SAVED],
        )
        for user in users
    ]


def span_since(last_issue_at: datetime | None, now: datetime) -> Span:
    """Return the span of a reader whose last issue went out at `last_issue_at`; None: never.

    Announcements have days, not hours: the day of the last issue itself counts only for papers
    that this site first saw after it.
    """
    today = now.astimezone(UTC).date()
    if last_issue_at is None:
        first = today - timedelta(days=FIRST_ISSUE_DAYS)
        return Span(announced_from=first, risen_from=first, until=today)
    last = last_issue_at.astimezone(UTC).date()
    oldest = today - timedelta(days=OLDEST_ANNOUNCED_DAYS)
    return Span(
        announced_from=max(last + timedelta(days=1), oldest),
        risen_from=last,
        until=today,
        late_from=max(last - timedelta(days=LATE_DAYS), oldest),
        seen_after=last_issue_at - MARGIN,
    )


# A paper that was merged into another since is mailed under neither number again.
_PAST = """
SELECT d.user_id, max(d.finished_at), max(d.local_date),
    array_agg(DISTINCT COALESCE(gone.merged_into, (item ->> 'paper')::bigint))
        FILTER (WHERE item IS NOT NULL)
FROM accounts_delivery d LEFT JOIN LATERAL jsonb_array_elements(d.items) item ON true
LEFT JOIN papers_papertombstone gone ON gone.paper_id = (item ->> 'paper')::bigint
WHERE d.user_id = ANY(%s) AND d.state IN ('sent', 'unknown') AND d.finished_at > %s
GROUP BY d.user_id
"""


def _past_issues(user_ids: list[int], now: datetime) -> dict[int, _Past]:
    with connection.cursor() as cursor:
        cursor.execute(_PAST, [user_ids, now - timedelta(days=REMEMBERED_DAYS)])
        return {
            user_id: _Past(last_issue_at, last_issue_on, frozenset(paper_ids or ()))
            for user_id, last_issue_at, last_issue_on, paper_ids in cursor.fetchall()
        }


def _grouped(pairs: Iterable[tuple[int, int]]) -> defaultdict[int, list[int]]:
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups
