"""A search just followed is asked of the papers of the last 30 days, from this machine's index.

It decides that such papers are not new: they count from when they came. It waits until the index
holds all that was matched before, so that no paper falls between. Read more: docs/decisions.md.
"""

import logging
from datetime import UTC, datetime, timedelta

from accounts.matching.arrivals import RECENT_DAYS
from accounts.matching.batch import Matches
from accounts.matching.lease import Lease, turn
from accounts.matching.writing import add
from accounts.models import MatchCursor, StandingQuery
from papers.search import changes, folder
from papers.search.engine import IndexNotReady, search
from papers.search.language import parse
from papers.search.narrow import dated_since
from papers.search.tree import Query

logger = logging.getLogger(__name__)

QUERIES_A_TURN = 200
# arXiv announces about 25,000 papers a month, all subjects together.
MOST_PAPERS = 40_000


def seed(*, now: datetime) -> int:
    """Ask queries that were never asked of recent papers; return how many were, 0 at the end.

    Nothing is done while another worker is at it, nor while the index is behind or away: then
    `recheck` (arrivals.py) finds the papers, once a day.
    """
    if not StandingQuery.objects.filter(seeded_at=None).exists():
        return 0
    with turn() as lease:
        if lease is None or not _index_holds_what_was_matched():
            return 0
        try:
            return _seed(lease, now)
        except IndexNotReady:
            return 0


def _index_holds_what_was_matched() -> bool:
    """Papers above the matching's cursor will be matched with all the queries there are now."""
    state = folder.read_state()
    if state is None or state.phase != "following":
        return False
    # The cursor moves on where no paper changes; an index is not behind for that.
    matched = min(MatchCursor.objects.get(pk=1).cursor, changes.newest_change() + 1)
    return state.cursor >= matched


def _seed(lease: Lease, now: datetime) -> int:
    matches = Matches()
    unseeded = StandingQuery.objects.filter(seeded_at=None).order_by("pk")[:QUERIES_A_TURN]
    those = list(unseeded.values_list("pk", "text"))
    for pk, text in those:
        try:
            matches.add(pk, _recent_papers(text, now))
        except IndexNotReady:
            raise
        except Exception:
            # The daily look asks it again; the others are not to wait for it.
            logger.exception("follows: search %s cannot be asked", pk)
    add(matches, at=now, lease=lease)
    with lease.hold():
        StandingQuery.objects.filter(pk__in=[pk for pk, _text in those]).update(seeded_at=now)
    return len(those)


def _recent_papers(text: str, now: datetime) -> list[int]:
    since = now.astimezone(UTC).date() - timedelta(days=RECENT_DAYS)
    query = dated_since(Query(parse(text).tree), since)
    found = search(query, limit=MOST_PAPERS, sort="new")
    return [hit.paper_id for hit in found.hits]
