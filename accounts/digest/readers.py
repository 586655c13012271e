"""What the choice must know of each reader: read for a whole chunk at once.

It reads lists, votes, wishes and earlier issues; it never chooses and never writes.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum, auto

from django.db import connection

from accounts.digest import muting
from accounts.digest.muting import NOTHING_MUTED, Muted
from accounts.models import User
from papers.models import SeenPaper

FIRST_ISSUE_DAYS = 3
# Mailed once in this time is not mailed again; it also bounds what must be read for a choice.
REMEMBERED_DAYS = 120
OLDEST_ANNOUNCED_DAYS = 90
# A batch that a source brought late is still new to the reader; a bulk import of old papers isn't.
LATE_DAYS = 3
# Of papers that a reader wants less of the newest count: a mail's link may be pressed for ever.
NEWEST_UNWANTED = 100
# News that found no place in an issue comes in a later one.
NEWS_DAYS = 14
# Papers that arrived while the last issue was being made.
MARGIN = timedelta(minutes=10)


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


class Liking(Enum):
    """How a reader showed that they like a paper."""

    SAVED = auto()
    VOTED = auto()
    ASKED = auto()


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader's side of the choice. Ids are of papers.

    `had` were mailed lately or marked as seen; `known` are saved, voted for or judged in an issue;
    `liked` says how, newest first; of `unwanted` they want less. `told` is news that they had:
    (paper, event). `news_since` is from when news counts; `last_issue_on` is the reader's own date.
    """

    user_id: int
    size: int
    span: Span
    news_since: datetime
    sections: tuple[str, ...] = ()
    only_matches: bool = False
    backlog: bool = False
    last_issue_on: date | None = None
    had: frozenset[int] = frozenset()
    known: frozenset[int] = frozenset()
    liked: Mapping[int, Liking] = field(default_factory=dict)
    unwanted: tuple[int, ...] = ()
    told: frozenset[tuple[int, str]] = frozenset()
    muted: Muted = NOTHING_MUTED

    @property
    def earliest(self) -> date:
        return self.span.earliest


@dataclass(frozen=True, slots=True)
class _Past:
    last_issue_at: datetime | None = None
    last_issue_on: date | None = None
    mailed: frozenset[int] = frozenset()
    told: frozenset[tuple[int, str]] = frozenset()


_NO_PAST = _Past()


def read(users: Sequence[User], now: datetime) -> list[Reader]:
    """Return what the choice needs of `users`, in their order: four queries for all of them."""
    ids = [user.pk for user in users]
    past = _past_issues(ids, now)
    liked, unwanted = _tastes(ids)
    seen = _seen(ids, now)
    mutes = muting.read(ids)
    return [
        _reader(
            user,
            now,
            past.get(user.pk, _NO_PAST),
            seen=seen[user.pk],
            liked=liked[user.pk],
            unwanted=tuple(unwanted[user.pk]),
            muted=mutes.get(user.pk, NOTHING_MUTED),
        )
        for user in users
    ]


def _reader(
    user: User,
    now: datetime,
    past: _Past,
    *,
    seen: Iterable[int],
    liked: Mapping[int, Liking],
    unwanted: tuple[int, ...],
    muted: Muted,
) -> Reader:
    span = span_since(past.last_issue_at, now)
    return Reader(
        user_id=user.pk,
        size=user.digest_size,
        span=span,
        news_since=_news_since(past.last_issue_at, now),
        sections=tuple(user.digest_sections),
        only_matches=user.digest_only_matches,
        backlog=user.digest_backlog,
        last_issue_on=past.last_issue_on,
        had=past.mailed | frozenset(seen),
        known=frozenset(liked) | frozenset(unwanted),
        liked=liked,
        unwanted=unwanted,
        told=past.told,
        muted=muted,
    )


def _news_since(last_issue_at: datetime | None, now: datetime) -> datetime:
    if last_issue_at is None:
        return now - timedelta(days=FIRST_ISSUE_DAYS)
    return min(now - timedelta(days=NEWS_DAYS), last_issue_at)


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
        FILTER (WHERE item IS NOT NULL),
    jsonb_agg(DISTINCT jsonb_build_array(
        COALESCE(gone.merged_into, (item ->> 'paper')::bigint), item ->> 'event'))
        FILTER (WHERE item ? 'event')
FROM accounts_delivery d LEFT JOIN LATERAL jsonb_array_elements(d.items) item ON true
LEFT JOIN papers_papertombstone gone ON gone.paper_id = (item ->> 'paper')::bigint
WHERE d.user_id = ANY(%s) AND d.state IN ('sent', 'unknown') AND d.finished_at > %s
GROUP BY d.user_id
"""
# The last, not the first, of several ways to like a paper is what a reason names.
_TASTES = """
SELECT l.owner_id AS user_id, e.paper_id, 'saved' AS how, e.added_at AS moment
FROM readinglists_entry e JOIN readinglists_readinglist l ON l.id = e.reading_list_id
WHERE l.owner_id = ANY(%(ids)s) AND l.deleted_at IS NULL
UNION ALL SELECT user_id, paper_id, 'voted', voted_at FROM papers_vote WHERE user_id = ANY(%(ids)s)
UNION ALL SELECT user_id, paper_id, CASE WHEN wants_more THEN 'asked' ELSE 'unwanted' END, given_at
FROM accounts_paperfeedback WHERE user_id = ANY(%(ids)s)
ORDER BY moment DESC, paper_id DESC
"""
_LIKINGS = {"saved": Liking.SAVED, "voted": Liking.VOTED, "asked": Liking.ASKED}


def _past_issues(user_ids: list[int], now: datetime) -> dict[int, _Past]:
    with connection.cursor() as cursor:
        cursor.execute(_PAST, [user_ids, now - timedelta(days=REMEMBERED_DAYS)])
        return {
            user_id: _Past(
                last_issue_at,
                last_issue_on,
                frozenset(paper_ids or ()),
                frozenset((paper_id, event) for paper_id, event in json.loads(told or "[]")),
            )
            for user_id, last_issue_at, last_issue_on, paper_ids, told in cursor.fetchall()
        }


def _tastes(
    user_ids: list[int],
) -> tuple[defaultdict[int, dict[int, Liking]], defaultdict[int, list[int]]]:
    liked: defaultdict[int, dict[int, Liking]] = defaultdict(dict)
    unwanted: defaultdict[int, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_TASTES, {"ids": user_ids})
        for user_id, paper_id, how, _moment in cursor.fetchall():
            if how != "unwanted":
                liked[user_id].setdefault(paper_id, _LIKINGS[how])
            elif len(unwanted[user_id]) < NEWEST_UNWANTED:
                unwanted[user_id].append(paper_id)
    return liked, unwanted


def _seen(user_ids: list[int], now: datetime) -> defaultdict[int, list[int]]:
    since = now - timedelta(days=REMEMBERED_DAYS)
    rows = SeenPaper.objects.filter(user_id__in=user_ids, seen_at__gt=since)
    seen: defaultdict[int, list[int]] = defaultdict(list)
    for user_id, paper_id in rows.values_list("user_id", "paper_id"):
        seen[user_id].append(paper_id)
    return seen
