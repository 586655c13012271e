"""Which papers are to be matched: those that came or changed since the last time, each once.

The cursor is a transaction id, as the index follower's is (papers/search/changes.py): it moves
only when the matches are written, so a crash repeats and never misses. Once a day all papers of
the last 30 days are looked at again. Read more: DESIGN 3.3, docs/decisions.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from accounts.matching.batch import Batch, all_standing, match
from accounts.matching.lease import Lease, turn
from accounts.matching.writing import write
from accounts.models import MatchCursor, QueryMatch, StandingQuery
from papers.search import changes
from papers.search.changes import Snapshot

RECENT_DAYS = 30
BATCH_PAPERS = 1000
# Nothing looks further back than the digest of a reader who was away (OLDEST_ANNOUNCED_DAYS).
KEPT_DAYS = 120

_RECENT = """
COALESCE(announced_on, (submitted_at AT TIME ZONE 'UTC')::date,
         (first_seen_at AT TIME ZONE 'UTC')::date) >= %s
"""
# WITH TIES: papers of one transaction stay together, however many they are.
_CHANGED = f"""
SELECT id, changed_xid::text::bigint FROM papers_paper
WHERE changed_xid >= %s::text::xid8 AND changed_xid < %s::text::xid8 AND {_RECENT}
ORDER BY changed_xid FETCH FIRST %s ROWS WITH TIES
"""  # noqa: S608 - made of this module's own constants
_NEXT = f"""
SELECT id FROM papers_paper WHERE id > %s AND {_RECENT} ORDER BY id LIMIT %s
"""  # noqa: S608 - made of this module's own constants


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts: papers looked at, queries asked of them and answered by the index, new matches.

    `goes_on`: there are more papers to look at.
    """

    papers: int = 0
    asked: int = 0
    run: int = 0
    added: int = 0
    goes_on: bool = False


def match_arrivals(*, now: datetime) -> Outcome:
    """Match one batch of papers that came or changed; `goes_on` when there are more.

    Nothing is done while another worker is at it. `now` is when the matches are said to be made.
    """
    with turn() as lease:
        if lease is None:
            return Outcome()
        with changes.snapshot() as snapshot:
            cursor = _cursor(snapshot)
            first = snapshot.decided if cursor is None else cursor
            rows = _rows(_CHANGED, first, snapshot.decided, _first_day(now), BATCH_PAPERS)
        if cursor is None:
            # Another database than the one known, or its past: all that is recent, anew.
            _begin_anew(lease, snapshot)
            return Outcome()
        goes_on = len(rows) >= BATCH_PAPERS
        added = _match([paper_id for paper_id, _xid in rows], now, lease, goes_on=goes_on)
        lease.move(cursor=rows[-1][1] + 1 if goes_on else max(cursor, snapshot.decided))
        return added


def recheck(*, now: datetime) -> Outcome:
    """Look at the next batch of all recent papers again, once a day; `goes_on` until it is done.

    For what changes without the paper's own row (its DOIs, who told of it) and for what a fault
    of any kind left out. With the last batch old matches are forgotten.
    """
    today = now.astimezone(UTC).date()
    if MatchCursor.objects.filter(pk=1, rechecked_on=today).exists():
        return Outcome()
    with turn() as lease:
        if lease is None:
            return Outcome()
        after = MatchCursor.objects.get(pk=1).recheck_after or 0
        rows = _rows(_NEXT, after, _first_day(now), BATCH_PAPERS)
        goes_on = len(rows) >= BATCH_PAPERS
        outcome = _match([paper_id for (paper_id,) in rows], now, lease, goes_on=goes_on)
        if goes_on:
            lease.move(recheck_after=rows[-1][0])
        else:
            _tidy(now)
            lease.move(recheck_after=None, rechecked_on=today)
        return outcome


def _match(paper_ids: list[int], now: datetime, lease: Lease, *, goes_on: bool) -> Outcome:
    if not paper_ids or not StandingQuery.objects.exists():
        return Outcome(len(paper_ids), goes_on=goes_on)
    papers = changes.papers_by_id(paper_ids)
    batch = Batch(papers, today=now.astimezone(UTC).date())
    matches = match(batch, all_standing(), lease.renew)
    added = write(matches, paper_ids, at=now, lease=lease)
    return Outcome(len(papers), matches.asked, matches.run, added, goes_on)


def _tidy(now: datetime) -> None:
    QueryMatch.objects.filter(matched_at__lt=now - timedelta(days=KEPT_DAYS)).delete()
    # Where no index could be asked (seeding.py), one whole daily look has done the same.
    waiting = StandingQuery.objects.filter(seeded_at=None)
    waiting.filter(created_at__lt=now - timedelta(days=1)).update(seeded_at=now)


def _first_day(now: datetime) -> date:
    return now.astimezone(UTC).date() - timedelta(days=RECENT_DAYS)


def _rows(sql: str, *values: int | date) -> Sequence[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: Sequence[tuple[int, ...]] = cursor.fetchall()
        return rows


def _cursor(snapshot: Snapshot) -> int | None:
    """Return how far papers are matched; None where that is of another database or future."""
    state = MatchCursor.objects.get(pk=1)
    known = (state.database, state.epoch) == (snapshot.database, snapshot.epoch)
    return state.cursor if known and state.cursor <= snapshot.next_id else None


def _begin_anew(lease: Lease, snapshot: Snapshot) -> None:
    lease.move(
        cursor=snapshot.decided,
        database=snapshot.database,
        epoch=snapshot.epoch,
        rechecked_on=None,
        recheck_after=None,
    )
