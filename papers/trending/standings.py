"""The trending lists as rows, of all papers and of each category, to be read a page at a time.

It decides who is in which list and by what: scores and gains are told to it. `now` holds only what
was noticed in the last four weeks: at a tenfold a week nothing older comes near.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

from papers.models import Paper
from papers.ranking import EPOCH, RISING_EXPONENT, RISING_LEAST_GAIN, RISING_OLDEST_BATCHES
from papers.trending.scores import batches
from papers.windows import TrendingList, Window

NOW_DAYS = timedelta(days=28)

_AGE = f"GREATEST({batches('%(today)s::date')} - {batches('s.noticed_on')}, 0)"
_WRITE = f"""
WITH chosen AS (
    SELECT p.id AS paper_id FROM papers_paper p
    WHERE p.id = ANY(%(ids)s) AND p.withdrawn_at IS NULL
), worth AS (
    SELECT s.paper_id, '{TrendingList.NOW}' AS ranking, s.score AS value
    FROM papers_paperstats s JOIN chosen USING (paper_id) WHERE s.noticed_on >= %(first_day)s
    UNION ALL
    SELECT s.paper_id, '{TrendingList.ALL}', s.popularity
    FROM papers_paperstats s JOIN chosen USING (paper_id) WHERE s.popularity > 0
    UNION ALL
    SELECT g.paper_id, g.span, g.gain FROM papers_windowgain g JOIN chosen USING (paper_id)
    UNION ALL
    SELECT g.paper_id, '{TrendingList.RISING}', g.gain * power(1 + {_AGE}, %(exponent)s)
    FROM papers_windowgain g JOIN chosen USING (paper_id) JOIN papers_paperstats s USING (paper_id)
    WHERE g.span = '{Window.TODAY}' AND g.gain >= %(least)s AND {_AGE} <= %(oldest)s
), placed AS (
    SELECT paper_id, ranking, '' AS category, value FROM worth
    UNION ALL
    SELECT w.paper_id, w.ranking, c.category_id, w.value
    FROM worth w JOIN papers_papercategory c USING (paper_id)
), gone AS (
    DELETE FROM papers_standing s WHERE s.paper_id = ANY(%(ids)s) AND NOT EXISTS (
        SELECT FROM placed p WHERE p.paper_id = s.paper_id AND p.ranking = s.ranking
                               AND p.category = s.category)
)
INSERT INTO papers_standing AS s (paper_id, ranking, category, value)
SELECT paper_id, ranking, category, value FROM placed ORDER BY paper_id, ranking, category
ON CONFLICT (paper_id, ranking, category) DO UPDATE SET value = EXCLUDED.value
WHERE s.value IS DISTINCT FROM EXCLUDED.value
"""  # noqa: S608 - made of this module's own constants
_TOO_OLD = f"""
SELECT s.paper_id FROM papers_standing s JOIN papers_paperstats t USING (paper_id)
WHERE s.ranking = '{TrendingList.NOW}' AND s.category = '' AND t.noticed_on < %s
"""  # noqa: S608 - made of this module's own constants


def write_standings(paper_ids: Sequence[int], *, today: date) -> None:
    """Bring the places of these papers in all lists to what their scores and gains say."""
    values: dict[str, Any] = {
        "ids": list(paper_ids),
        "today": today,
        "first_day": first_day_of_now(),
        "epoch": EPOCH,
        "exponent": RISING_EXPONENT,
        "least": RISING_LEAST_GAIN,
        "oldest": RISING_OLDEST_BATCHES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)


def too_old_for_now() -> list[int]:
    """Return the papers that are listed as trending now and have become too old for it."""
    with connection.cursor() as cursor:
        cursor.execute(_TOO_OLD, [first_day_of_now()])
        return [paper_id for (paper_id,) in cursor.fetchall()]


def first_day_of_now() -> date:
    """Counted from the newest papers, so that a site which stood still has a list too."""
    newest = Paper.objects.newest_announcement_day()
    return EPOCH if newest is None else newest - NOW_DAYS
