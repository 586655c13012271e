"""How many matches of one search are kept: the newest 5,000, whole days of them.

A search that half of all papers match (cat:cs) would else write as many rows as there are papers,
and anybody may follow hundreds of such. It decides from which day on matches are kept, and never
what matches; nobody reads so far back in a page or an issue. Read more: docs/decisions.md.
"""

from collections.abc import Sequence
from datetime import date

from django.db import connection

from accounts.matching.lease import Lease
from accounts.models import StandingQuery

MOST_KEPT = 5_000

# The day by which lists are ordered, of papers never announced too.
PAPER_DAY = """
COALESCE(announced_on, (submitted_at AT TIME ZONE 'UTC')::date,
         (first_seen_at AT TIME ZONE 'UTC')::date)
"""
_TOO_MANY = """
SELECT standing_id FROM accounts_querymatch WHERE standing_id = ANY(%s) OR %s
GROUP BY standing_id HAVING count(*) > %s
"""
# The day after that of the first match too many; the newest day is kept whatever it holds.
_FIRST_KEPT = f"""
WITH days AS (
    SELECT {PAPER_DAY} AS day FROM accounts_querymatch m JOIN papers_paper p ON p.id = m.paper_id
    WHERE m.standing_id = %s
)
SELECT LEAST((SELECT day FROM days ORDER BY day DESC OFFSET %s LIMIT 1) + 1, max(day)) FROM days
"""  # noqa: S608 - made of this module's own constants
_FORGET = f"""
DELETE FROM accounts_querymatch m USING papers_paper p
WHERE m.standing_id = %s AND p.id = m.paper_id AND {PAPER_DAY} < %s
"""  # noqa: S608 - made of this module's own constants


def keep_newest(lease: Lease, *, of: Sequence[int] | None = None) -> int:
    """Forget what is beyond the newest of each search (of all, or of the numbers `of`).

    Writes down from which day on they are kept, so that older papers are not added again as new.
    Returns how many were forgotten. Raises LeaseLost.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOO_MANY, (list(of or ()), of is None, MOST_KEPT))
        broad = [pk for (pk,) in cursor.fetchall()]
    return sum(_keep_newest(lease, pk) for pk in broad)


def _keep_newest(lease: Lease, pk: int) -> int:
    with lease.hold(), connection.cursor() as cursor:
        cursor.execute(_FIRST_KEPT, (pk, MOST_KEPT))
        (day,) = cursor.fetchone()
        if not isinstance(day, date):
            return 0
        StandingQuery.objects.filter(pk=pk).update(kept_since=day)
        cursor.execute(_FORGET, (pk, day))
        return int(cursor.rowcount)
