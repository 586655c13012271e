"""What has to follow whenever something about papers changes: scores, gains, places in lists."""

from collections.abc import Iterable
from datetime import date

from papers.trending import gains, scores, standings


def update(paper_ids: Iterable[int], *, today: date) -> None:
    """Bring everything that is derived of these papers to what is stored of them.

    In the caller's transaction, rows always in the same order: scores, gains, standings.
    """
    ids = sorted(set(paper_ids))
    if ids:
        scores.rerank(ids, today=today)
        gains.write_gains(ids, today=today)
        standings.write_standings(ids, today=today)


def place(paper_ids: Iterable[int], *, today: date) -> None:
    """Bring the places of these papers to what they are, their scores and gains being right."""
    ids = sorted(set(paper_ids))
    if ids:
        standings.write_standings(ids, today=today)
