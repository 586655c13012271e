"""Matches into the database: what is new is added, what matches no more is taken away.

It decides from when a match counts; writing the same again changes nothing. Rows that go while it
writes (a merged paper, a search that nobody follows any more) are locked first or left out.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.db import connection
from django.db.backends.utils import CursorWrapper

from accounts.matching.batch import Matches
from accounts.matching.lease import Lease
from accounts.models import QueryMatch

# A transaction of some seconds would hold back every reader of changes on the server.
PAIRS_A_TRANSACTION = 50_000
PAPERS_A_TRANSACTION = 50

# In the order of numbers, as whoever merges papers locks them.
_LOCK_PAPERS = """
SELECT id FROM papers_paper WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE
"""
_LOCK_STANDING = """
SELECT id FROM accounts_standingquery WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE
"""
# A query that was never asked of the papers here does not make them new: see seeding.py.
_ADD = """
INSERT INTO accounts_querymatch (standing_id, paper_id, matched_at)
SELECT s.id, p.id, CASE WHEN s.seeded_at IS NULL THEN LEAST(p.first_seen_at, %s) ELSE %s END
FROM unnest(%s::bigint[], %s::bigint[]) AS f (standing_id, paper_id)
JOIN accounts_standingquery s ON s.id = f.standing_id
JOIN papers_paper p ON p.id = f.paper_id
ON CONFLICT (standing_id, paper_id) DO NOTHING
"""
_TAKE_AWAY = """
DELETE FROM accounts_querymatch m WHERE m.paper_id = ANY(%s) AND m.standing_id <= %s
AND m.standing_id <> ALL(%s) AND NOT EXISTS (
    SELECT FROM unnest(%s::bigint[], %s::bigint[]) AS f (standing_id, paper_id)
    WHERE f.standing_id = m.standing_id AND f.paper_id = m.paper_id
)
"""


def write(matches: Matches, paper_ids: Sequence[int], *, at: datetime, lease: Lease) -> int:
    """Make the matches of `paper_ids` those of `matches`; return how many were new.

    Queries that came after `matches` was made keep what they have. Raises LeaseLost.
    """
    _take_away(matches, paper_ids, lease)
    return add(matches, at=at, lease=lease)


def add(matches: Matches, *, at: datetime, lease: Lease) -> int:
    """Add those that are not there yet; return how many were new. Raises LeaseLost."""
    added = 0
    for start in range(0, len(matches.paper_ids), PAIRS_A_TRANSACTION):
        some = slice(start, start + PAIRS_A_TRANSACTION)
        with lease.hold(), connection.cursor() as cursor:
            added += _add(
                cursor, list(matches.standing_ids[some]), list(matches.paper_ids[some]), at
            )
    return added


def _add(cursor: CursorWrapper, standing_ids: list[int], paper_ids: list[int], at: datetime) -> int:
    cursor.execute(_LOCK_PAPERS, [list(set(paper_ids))])
    cursor.execute(_LOCK_STANDING, [list(set(standing_ids))])
    cursor.execute(_ADD, [at, at, standing_ids, paper_ids])
    return int(cursor.rowcount)


def _take_away(matches: Matches, paper_ids: Sequence[int], lease: Lease) -> None:
    standing, papers = np.array(matches.standing_ids), np.array(matches.paper_ids)
    known = QueryMatch.objects.filter(paper_id__in=paper_ids).order_by().values("paper_id")
    matched = list(known.distinct().values_list("paper_id", flat=True))
    for start in range(0, len(matched), PAPERS_A_TRANSACTION):
        some = matched[start : start + PAPERS_A_TRANSACTION]
        kept = np.isin(papers, some)
        pairs = [standing[kept].tolist(), papers[kept].tolist()]
        with lease.hold(), connection.cursor() as cursor:
            cursor.execute(_TAKE_AWAY, [some, matches.highest_id, matches.failed, *pairs])
