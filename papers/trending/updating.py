"""What has to follow whenever something about papers changes: scores, gains, places in lists."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection

from papers.models import RankingState
from papers.trending import gains, scores, standings

_LOCK_PAPERS = "SELECT FROM papers_paper WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"
_LOCK_STATS = "SELECT FROM papers_paperstats WHERE paper_id = ANY(%s) ORDER BY paper_id FOR UPDATE"


def update(paper_ids: Iterable[int], *, today: date) -> None:
    """Bring everything that is derived of these papers to what is stored of them.

    In the caller's transaction, rows always in the same order: scores, gains, standings.
    """
    ids = sorted(set(paper_ids))
    if ids:
        today = day_of_windows(today)
        lock_stats(ids)
        scores.rerank(ids, today=today)
        gains.write_gains(ids, today=today)
        standings.write_standings(ids, today=today)


def lock_stats(paper_ids: Sequence[int]) -> None:
    """Wait for whoever changes these papers' numbers, in a statement of its own.

    The next one then sees what they wrote: computed from a moment before, it would undo a vote.
    Papers first: the numbers refer to them, and ingest locks both in this order.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_PAPERS, [list(paper_ids)])
        cursor.execute(_LOCK_STATS, [list(paper_ids)])


def place(paper_ids: Iterable[int], *, today: date) -> None:
    """Bring the places of these papers to what they are, their scores and gains being right."""
    ids = sorted(set(paper_ids))
    if ids:
        standings.write_standings(ids, today=day_of_windows(today))


def day_of_windows(day: date) -> date:
    """Return `day`, or the later one that the windows end with: a document may be stored late."""
    state = RankingState.objects.values_list("rolled_on", flat=True).first()
    return max(day, state) if state else day
