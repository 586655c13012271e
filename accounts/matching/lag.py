"""How far matching is behind: the papers and the searches that wait to be brought together.

It decides nothing and writes nothing; the status page says what it finds.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.matching.arrivals import RECENT, first_day
from accounts.models import StandingQuery

# Counted no further: it is far behind then.
MOST_COUNTED = 10_000

_WAITING = f"""
SELECT count(*) FROM (
    SELECT FROM papers_paper
    WHERE changed_xid >= (SELECT cursor::text::xid8 FROM accounts_matchcursor) AND {RECENT}
    LIMIT %s
) AS waiting
"""  # noqa: S608 - made of this project's own constants


@dataclass(frozen=True, slots=True)
class Lag:
    """`papers` that came or changed, counted to 10,000, and `searches` just followed, all of which
    wait; `followed` searches in all, each counted once."""

    followed: int
    papers: int = 0
    searches: int = 0

    @property
    def is_far_behind(self) -> bool:
        return self.papers >= MOST_COUNTED


def read_lag(*, now: datetime) -> Lag:
    """Return what waits. Where nobody follows anything nothing does. Three queries at most."""
    followed = StandingQuery.objects.count()
    if not followed:
        return Lag(0)
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, (first_day(now), MOST_COUNTED))
        papers = int(cursor.fetchone()[0])
    return Lag(followed, papers, StandingQuery.objects.filter(seeded_at=None).count())
