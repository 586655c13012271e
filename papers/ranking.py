"""The trending score: which papers come first.

It decides an order from public numbers alone; it never looks at who reads. Formula, constants and
a worked example for readers: docs/ranking.md.

    popularity = log10(1 + VOTE_WEIGHT * votes + UPVOTE_WEIGHT * upvotes + STAR_WEIGHT * stars)
    newness    = batch_number(announced_on) / BATCHES_PER_TENFOLD
    score      = popularity + newness

Newness is a constant of the announcement, so growing older rewrites no row: newer papers simply
start higher (the static form of Reddit's "hot", reddit/r2/lib/db/_sorts.pyx).
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

FORMULA_VERSION = 1
VOTE_WEIGHT = 1.0  # per vote of a reader here
UPVOTE_WEIGHT = 0.5  # per upvote on Hugging Face
STAR_WEIGHT = 0.02  # per star on GitHub: an older repository brings thousands along
BATCHES_PER_TENFOLD = 5.0  # a week of announcements weighs as much as ten times the support
STEP = 0.5  # of popularity, about three times the support, counted as one rise
FIRST_RISE = 2  # steps: below it (9 votes or 18 upvotes) a paper has not "risen"

EPOCH = date(1990, 1, 1)  # a Monday, before arXiv's first announcement


@dataclass(frozen=True, slots=True)
class Score:
    """All terms are kept, so that a page can show how a score came about."""

    popularity: float
    newness: float

    @property
    def total(self) -> float:
        return self.popularity + self.newness


def batch_number(day: date) -> int:
    """Return how many announcement days (Monday to Friday) passed from 1990-01-01 to `day`.

    arXiv announces five times a week (https://info.arxiv.org/help/availability.html), so age is
    counted in announcements, not hours; a weekend day counts as the Monday after it.
    """
    weeks, weekday = divmod((day - EPOCH).days, 7)
    return weeks * 5 + min(weekday, 5)


def score(*, votes: int, upvotes: int | None, stars: int | None, announced_on: date) -> Score:
    """Return the terms of one paper's score. Higher is better, no upper bound.

    A number that no source gave is None and adds nothing.
    """
    support = VOTE_WEIGHT * votes + UPVOTE_WEIGHT * (upvotes or 0) + STAR_WEIGHT * (stars or 0)
    return Score(
        popularity=math.log10(1 + support),
        newness=batch_number(announced_on) / BATCHES_PER_TENFOLD,
    )


# Same formula, set-based; tests hold both to the same answers. A paper that was never announced
# is dated by its submission, then by the month in its arXiv id (1991 to 2090).
_DATED = """
WITH dated AS (
    SELECT p.id, COALESCE(
        p.announced_on, p.submitted_at::date,
        CASE WHEN p.arxiv_id ~ '^\\d{{4}}\\.' THEN
            make_date(2000 + left(p.arxiv_id, 2)::int, substr(p.arxiv_id, 3, 2)::int, 1) END,
        %(epoch)s::date) - %(epoch)s::date AS days
    FROM papers_paper p {only}
)"""
_NEWNESS = "(d.days / 7 * 5 + LEAST(d.days %% 7, 5)) / %(tenfold)s::float8 AS newness"
_ADD = f"""{_DATED}
INSERT INTO papers_paperstats (paper_id, votes, saves, popularity, newness, score, risen_step)
SELECT t.id, 0, 0, 0, t.newness, t.newness, 0 FROM (SELECT d.id, {_NEWNESS} FROM dated d) t
ON CONFLICT DO NOTHING
"""  # noqa: S608 - made of this module's own constants
_RERANK = f"""{_DATED}, terms AS (
    SELECT s.paper_id,
        log(1 + %(vote)s::float8 * s.votes + %(upvote)s::float8 * COALESCE(s.upvotes, 0)
            + %(star)s::float8 * COALESCE(s.stars, 0)) AS popularity,
        {_NEWNESS}
    FROM papers_paperstats s JOIN dated d ON d.id = s.paper_id
)
UPDATE papers_paperstats s SET
    popularity = t.popularity, newness = t.newness, score = t.popularity + t.newness,
    risen_on = CASE WHEN floor(t.popularity / %(step)s) > s.risen_step
                     AND floor(t.popularity / %(step)s) >= %(first_rise)s
                    THEN %(today)s::date ELSE s.risen_on END,
    risen_step = GREATEST(s.risen_step, floor(t.popularity / %(step)s))
FROM terms t
WHERE s.paper_id = t.paper_id
  AND (s.popularity, s.newness) IS DISTINCT FROM (t.popularity, t.newness)
"""  # noqa: S608 - made of this module's own constants
_ONLY = "WHERE p.id = ANY(%(ids)s)"


def rank_new(paper_ids: list[int]) -> None:
    """Give those of `paper_ids` that have none their row of stats, with the terms of a paper that
    nobody showed interest in yet."""
    values: dict[str, Any] = {
        "epoch": EPOCH,
        "tenfold": BATCHES_PER_TENFOLD,
        "ids": paper_ids,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(only=_ONLY), values)


def rerank(*, today: date, paper_ids: list[int] | None = None) -> int:
    """Write the terms of every paper, or of `paper_ids`; return how many rows changed.

    `today` is the day on which a paper that reached a new step of popularity has risen.
    """
    values: dict[str, Any] = {
        "epoch": EPOCH,
        "vote": VOTE_WEIGHT,
        "upvote": UPVOTE_WEIGHT,
        "star": STAR_WEIGHT,
        "tenfold": BATCHES_PER_TENFOLD,
        "step": STEP,
        "first_rise": FIRST_RISE,
        "today": today,
        "ids": paper_ids,
    }
    only = "" if paper_ids is None else _ONLY
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RERANK.format(only=only), values)
        return int(cursor.rowcount)
