"""Numbers about papers that are here already: other sites' counts, and this site's own.

It writes the day's snapshot and the newest number beside the paper, then ranks. What is believed
of other sites: papers/snapshots.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from django.db import connection, transaction

from papers import snapshots, trending
from papers.models import Signal

Own = Literal["votes", "saves"]

_ADD = """
WITH counted AS (
    UPDATE papers_paperstats s SET {own} = GREATEST(s.{own} + c.change, 0)
    FROM unnest(%(ids)s::bigint[], %(changes)s::int[]) AS c(paper_id, change)
    WHERE s.paper_id = c.paper_id RETURNING s.paper_id, s.{own} AS value
)
INSERT INTO papers_signal AS s (paper_id, kind, observed_on, value)
SELECT paper_id, '{own}', %(day)s, value FROM counted ORDER BY paper_id
ON CONFLICT (paper_id, kind, observed_on) DO UPDATE
    SET value = EXCLUDED.value, observed_at = statement_timestamp()
"""

_FORGET_TO_COME = """
DELETE FROM papers_signal
WHERE paper_id = ANY(%(ids)s) AND kind = %(own)s AND observed_on > %(day)s::date + 1
"""
_NOTE = """
INSERT INTO papers_signal AS s (paper_id, kind, observed_on, value)
SELECT paper_id, '{own}', (now() AT TIME ZONE 'UTC')::date, {own} FROM papers_paperstats
WHERE paper_id = %(id)s AND {own} IS DISTINCT FROM COALESCE((
    SELECT value FROM papers_signal WHERE paper_id = %(id)s AND kind = '{own}'
    ORDER BY observed_on DESC LIMIT 1), 0)
ON CONFLICT (paper_id, kind, observed_on) DO UPDATE
    SET value = EXCLUDED.value, observed_at = statement_timestamp()
"""


@dataclass(slots=True)
class Counted:
    """How many were asked for, how many had an answer, and how many of these changed."""

    asked: int = 0
    answered: int = 0
    changed: int = 0

    def __str__(self) -> str:
        return f"{self.asked} asked, {self.answered} answered, {self.changed} changed"


def store_counts(kind: Signal.Kind, values: Mapping[int, int], *, day: date) -> int:
    """Store `values` by paper id as what was seen on `day`; return how many rows that wrote."""
    if not values:
        return 0
    with transaction.atomic():
        written = snapshots.store(kind, values, day=day)
        snapshots.note_latest(sorted(values), today=day)
        trending.update(list(values), today=day)
    return written


@transaction.atomic
def change_own(own: Own, changes: Mapping[int, int], *, now: datetime) -> None:
    """Add `changes` by paper id to the papers' votes or saves, and rank them at once.

    In the transaction of whatever made the change; papers that are gone are left out.
    """
    if not changes:
        return
    ids = sorted(changes)
    day = now.astimezone(UTC).date()
    # In one fixed order, so that two readers with the same papers cannot deadlock.
    trending.lock_stats(ids)
    trending.rank_new(ids)
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"ids": ids, "changes": [changes[pk] for pk in ids], "day": day}
        # What a clock that was ahead left would else be the newest number one day.
        cursor.execute(_FORGET_TO_COME, {"ids": ids, "own": own, "day": day})
        cursor.execute(_ADD.format(own=own), values)
    trending.update(ids, today=day)


def note_own(own: Own, paper_id: int) -> None:
    """Store the paper's votes or saves, counted anew, as today's; the caller ranks it."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE.format(own=own), {"id": paper_id})
