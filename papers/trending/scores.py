"""The score of every paper, as papers.ranking has it, written by Postgres for many at once.

Tests hold both to the same answers. Only rows whose terms change are written.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from papers import ranking
from papers.ranking import (
    BATCHES_PER_TENFOLD,
    EPOCH,
    FIRST_RISE,
    NOTICED_WITHIN,
    STEP,
    UNSUPPORTED,
)
from papers.trending import weights

# The weighted sum of columns named as papers.ranking.Counts are.
SUPPORT = " + ".join(
    f"%(weight_{weight})s::float8 * COALESCE({{row}}.{count}, 0)" for weight, count in ranking.TERMS
)


def batches(day: str) -> str:
    """Return papers.ranking.batch_number of the date expression `day`, in SQL."""
    days = f"({day} - %(epoch)s::date)"
    return f"({days} / 7 * 5 + LEAST({days} %% 7, 5))"


# A paper that was never announced is dated by its submission, then by the month in its arXiv id
# (1991 to 2090).
_DATED = """
WITH dated AS (
    SELECT p.id, COALESCE(
        p.announced_on, p.submitted_at::date,
        CASE WHEN p.arxiv_id ~ '^\\d{{4}}\\.' THEN
            make_date(2000 + left(p.arxiv_id, 2)::int, substr(p.arxiv_id, 3, 2)::int, 1) END,
        %(epoch)s::date) AS day
    FROM papers_paper p WHERE {only}
)"""
_NEWNESS = f"{batches('{day}')} / %(tenfold)s::float8"
_ADD = f"""{_DATED}
INSERT INTO papers_paperstats
    (paper_id, votes, saves, popularity, noticed_on, newness, score, risen_step)
SELECT d.id, 0, 0, 0, d.day, d.newness, d.newness - %(unsupported)s, 0
FROM (SELECT id, day, {_NEWNESS.format(day="day")} AS newness FROM dated) d
ON CONFLICT DO NOTHING
"""  # noqa: S608 - made of this module's own constants
_RERANK = f"""{_DATED}, noticed AS (
    SELECT s.paper_id, log(1 + {SUPPORT.format(row="s")}) AS popularity,
        GREATEST(d.day, LEAST(COALESCE(s.listed_on, d.day), d.day + %(within)s)) AS day
    FROM papers_paperstats s JOIN dated d ON d.id = s.paper_id
), terms AS (
    SELECT n.*, {_NEWNESS.format(day="n.day")} AS newness FROM noticed n
)
UPDATE papers_paperstats s SET
    popularity = t.popularity, newness = t.newness, score = t.popularity + t.newness
        - CASE WHEN t.popularity > 0 THEN 0 ELSE %(unsupported)s::float8 END,
    noticed_on = t.day,
    risen_on = CASE WHEN %(may_rise)s AND floor(t.popularity / %(step)s) > s.risen_step
                     AND floor(t.popularity / %(step)s) >= %(first_rise)s
                    THEN %(today)s::date ELSE s.risen_on END,
    risen_step = GREATEST(s.risen_step, floor(t.popularity / %(step)s))
FROM terms t
WHERE s.paper_id = t.paper_id
  AND (s.popularity, s.newness, s.noticed_on) IS DISTINCT FROM (t.popularity, t.newness, t.day)
"""  # noqa: S608 - made of this module's own constants
_ONLY = "p.id = ANY(%(ids)s)"


def rank_new(paper_ids: list[int]) -> None:
    """Give those of `paper_ids` that have none their row of stats, with the terms of a paper that
    nobody showed interest in yet."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(only=_ONLY), {**_constants(), "ids": paper_ids})


def rerank(paper_ids: Sequence[int], *, today: date, may_rise: bool = True) -> int:
    """Write the terms of these papers; return how many rows changed.

    `today` is the day on which a paper that reached a new step of popularity has risen; where it
    is the formula that changed, none `may_rise`.
    """
    values = {**_constants(), **weights.as_values(weights.current()), "ids": list(paper_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_RERANK.format(only=_ONLY), {**values, "today": today, "may_rise": may_rise})
        return int(cursor.rowcount)


def _constants() -> dict[str, Any]:
    return {
        "epoch": EPOCH,
        "tenfold": BATCHES_PER_TENFOLD,
        "within": NOTICED_WITHIN.days,
        "step": STEP,
        "first_rise": FIRST_RISE,
        "unsupported": UNSUPPORTED,
    }
