"""What papers gained in a span of days, from the snapshots of their numbers.

It decides which day a gain belongs to. Between two snapshots nobody knows, so what came is spread
evenly over the days between them: a snapshot that is late or missing makes no paper jump. The
first number of a paper is a gain since it was noticed; the first count of stars is none, since a
repository may be older than its paper; what falls and comes back is none. Votes and saves are this
site's own, known day by day. Read more: docs/ranking.md, "What was gained".
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

from papers.models import Signal
from papers.ranking import TERMS, Weights
from papers.trending import weights
from papers.windows import Window

# Of a number not seen for longer nothing is known.
LONGEST_GAP = timedelta(days=120)

_KIND_OF = {
    "votes": Signal.Kind.VOTES,
    "saves": Signal.Kind.SAVES,
    "upvotes": Signal.Kind.HF_UPVOTES,
    "stars": Signal.Kind.GITHUB_STARS,
    "citations": Signal.Kind.S2_CITATIONS,
}
COUNTED = tuple(_KIND_OF)
_ROUNDED = ", ".join(
    f"GREATEST(round(COALESCE(sum(part) FILTER (WHERE kind = '{kind}'), 0)), 0)::int AS {name}"
    for name, kind in _KIND_OF.items()
)
_GAIN = " + ".join(
    f"%(weight_{weight})s::float8 * {name}"
    for (weight, _count), name in zip(TERMS, COUNTED, strict=True)
)

# `spans`: the change from one snapshot to the next, over the days after `after` up to `upto`.
_GAINED = f"""
told AS (
    SELECT s.paper_id, s.kind, s.observed_on AS upto, s.value,
        lag(s.observed_on) OVER told AS after, lag(s.value) OVER told AS before,
        max(s.value) OVER (PARTITION BY s.paper_id, s.kind ORDER BY s.observed_on
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest
    FROM papers_signal s JOIN chosen USING (paper_id)
    WHERE s.kind = ANY(%(kinds)s)
      AND s.observed_on BETWEEN %(earliest)s::date - %(gap)s AND %(known)s
    WINDOW told AS (PARTITION BY s.paper_id, s.kind ORDER BY s.observed_on)
), spans AS (
    SELECT t.paper_id, t.kind, t.upto,
        CASE WHEN t.kind = ANY(%(own)s) THEN t.upto - 1 WHEN t.after IS NOT NULL THEN t.after
             ELSE LEAST(GREATEST(p.noticed_on, p.listed_on), t.upto) - 1 END AS after,
        CASE WHEN t.kind = ANY(%(own)s) THEN t.value - COALESCE(t.before, (
                 SELECT e.value FROM papers_signal e WHERE e.paper_id = t.paper_id
                   AND e.kind = t.kind AND e.observed_on < t.upto
                 ORDER BY e.observed_on DESC LIMIT 1), 0)
             WHEN t.before IS NOT NULL THEN GREATEST(t.value - t.highest, 0)
             WHEN t.kind = '{Signal.Kind.GITHUB_STARS}' OR EXISTS (
                 SELECT FROM papers_signal e WHERE e.paper_id = t.paper_id AND e.kind = t.kind
                                               AND e.observed_on < t.upto) THEN 0
             ELSE t.value END AS change
    FROM told t JOIN papers_paperstats p ON p.paper_id = t.paper_id
    WHERE t.upto >= %(earliest)s
), parts AS (
    SELECT s.paper_id, s.kind, w.span, w.since, s.change::float8
        * GREATEST(LEAST(s.upto, w.until) - GREATEST(s.after, w.since - 1), 0)
        / (s.upto - s.after) AS part
    FROM spans s JOIN windows w ON s.upto >= w.since AND s.after < w.until
), counted AS (
    SELECT paper_id, span, since, {_ROUNDED} FROM parts GROUP BY paper_id, span, since
), gained AS (
    SELECT c.*, {_GAIN} AS gain FROM counted c WHERE {_GAIN} > 0
)"""  # noqa: S608 - made of this module's own constants

_NAMES = f"{', '.join(COUNTED)}, gain"
_WRITE = f"""
WITH chosen AS (SELECT DISTINCT unnest(%(ids)s::bigint[]) AS paper_id),
windows AS (SELECT * FROM unnest(%(spans)s::text[], %(since)s::date[], %(until)s::date[])
    AS w(span, since, until)), {_GAINED},
gone AS (
    DELETE FROM papers_windowgain g USING chosen c WHERE g.paper_id = c.paper_id
      AND NOT EXISTS (SELECT FROM gained n WHERE n.paper_id = g.paper_id AND n.span = g.span)
)
INSERT INTO papers_windowgain AS g (paper_id, span, since, {_NAMES})
SELECT paper_id, span, since, {_NAMES} FROM gained ORDER BY paper_id, span
ON CONFLICT (paper_id, span) DO UPDATE SET (since, {_NAMES}) =
    (EXCLUDED.since, {", ".join(f"EXCLUDED.{name}" for name in (*COUNTED, "gain"))})
WHERE (g.since, {", ".join(f"g.{name}" for name in (*COUNTED, "gain"))}) IS DISTINCT FROM
    (EXCLUDED.since, {", ".join(f"EXCLUDED.{name}" for name in (*COUNTED, "gain"))})
"""  # noqa: S608 - made of this module's own constants

_CHANGED_SINCE = """
SELECT DISTINCT paper_id FROM papers_signal WHERE observed_on >= %s AND kind = ANY(%s)
UNION SELECT paper_id FROM papers_windowgain
"""
_BEST = f"""
WITH chosen AS (SELECT DISTINCT paper_id FROM papers_signal
    WHERE observed_on BETWEEN %(earliest)s AND %(known)s AND kind = ANY(%(kinds)s)),
windows AS (SELECT * FROM unnest(%(spans)s::text[], %(since)s::date[], %(until)s::date[])
    AS w(span, since, until)), {_GAINED},
placed AS (
    SELECT g.*, row_number() OVER (PARTITION BY span ORDER BY gain DESC, g.paper_id DESC) AS rank
    FROM gained g JOIN papers_paper p ON p.id = g.paper_id WHERE p.withdrawn_at IS NULL
)
INSERT INTO papers_trendingplace (day_id, span, rank, paper_id, {_NAMES})
SELECT %(day)s, span, rank, paper_id, {_NAMES} FROM placed WHERE rank <= %(most)s
"""  # noqa: S608 - made of this module's own constants


def write_gains(paper_ids: Sequence[int], *, today: date) -> None:
    """Bring what these papers gained in each window, up to now, to what their snapshots say."""
    windows = {each: (each.first_day(today, under_way=True), today) for each in Window}
    with connection.cursor() as cursor:
        values = _values(windows, known=today, by=weights.current())
        cursor.execute(_WRITE, {**values, "ids": list(paper_ids)})


def may_have_gained(*, today: date) -> list[int]:
    """Return the papers that have, or lately had, a gain in any window."""
    earliest = Window.MONTH.first_day(today, under_way=True)
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED_SINCE, [earliest - timedelta(days=1), list(_KIND_OF.values())])
        return [paper_id for (paper_id,) in cursor.fetchall()]


def write_best_of(day: date, *, known: date, most: int) -> None:
    """Store the `most` papers that gained most in each window that ends with `day`.

    `known` is the last day whose snapshots count: those after `day` tell how much of what came
    between two of them belongs to it.
    """
    windows = {each: (each.first_day(day), day) for each in Window}
    # A day stays as it was, whatever the weights are later.
    by = weights.in_force_on(day)
    values = {**_values(windows, known=known, by=by), "day": day, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_BEST, values)


def _values(
    windows: dict[Window, tuple[date, date]], *, known: date, by: Weights
) -> dict[str, Any]:
    return {
        **weights.as_values(by),
        "kinds": list(_KIND_OF.values()),
        "own": list(Signal.OWN),
        "spans": [each.value for each in windows],
        "since": [since for since, _until in windows.values()],
        "until": [until for _since, until in windows.values()],
        "earliest": min(since for since, _until in windows.values()),
        "gap": LONGEST_GAP.days,
        "known": known,
    }
