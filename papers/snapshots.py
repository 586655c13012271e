"""Storing the numbers that sources tell about papers, each as one day's snapshot.

It decides which numbers are believed: what nothing can mean, or what grew faster than anything
ever did, is kept apart as refused and counts nowhere. What is really true is believed after some
days, since the bound grows with them. Missing is not zero: who has no number is not written.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from papers.models import Signal

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bound:
    """`most` that a number may be, and `a_day` that it may grow by."""

    most: int
    a_day: int


# Some times the largest that were seen: 450,000 stars, 20,000 in a day; 300,000 citations.
BOUNDS = {
    Signal.Kind.HF_UPVOTES: Bound(most=20_000, a_day=2_000),
    Signal.Kind.HF_COMMENTS: Bound(most=20_000, a_day=1_000),
    Signal.Kind.GITHUB_STARS: Bound(most=1_000_000, a_day=50_000),
    Signal.Kind.S2_CITATIONS: Bound(most=1_000_000, a_day=2_000),
}

# `told` yields paper_id, kind, observed_on and value.
_STORE = """
WITH told AS ({told}),
bounds AS (SELECT * FROM unnest(%(kinds)s::text[], %(most)s::int[], %(a_day)s::int[])
    AS b(kind, most, a_day)),
checked AS (
    SELECT t.*, last.value AS believed, t.value > b.most
        OR COALESCE(t.value - last.value > b.a_day::bigint
                    * GREATEST(t.observed_on - last.observed_on, 1), FALSE) AS is_refused
    FROM told t JOIN bounds b USING (kind) LEFT JOIN LATERAL (
        SELECT s.value, s.observed_on FROM papers_signal s
        WHERE s.paper_id = t.paper_id AND s.kind = t.kind AND s.observed_on <= t.observed_on
        ORDER BY s.observed_on = t.observed_on, s.observed_on DESC LIMIT 1
    ) last ON TRUE
), refused AS (
    INSERT INTO papers_refusedsignal AS r (paper_id, kind, observed_on, value, believed)
    SELECT paper_id, kind, observed_on, value, believed FROM checked WHERE is_refused
    ORDER BY paper_id, kind, observed_on
    ON CONFLICT (paper_id, kind, observed_on) DO UPDATE SET value = EXCLUDED.value
    WHERE r.value <> EXCLUDED.value
    RETURNING 1
), stored AS (
    INSERT INTO papers_signal AS s (paper_id, kind, observed_on, value)
    SELECT paper_id, kind, observed_on, value FROM checked WHERE NOT is_refused
    ORDER BY paper_id, kind, observed_on
    ON CONFLICT (paper_id, kind, observed_on) DO UPDATE
        SET value = EXCLUDED.value, observed_at = statement_timestamp()
    WHERE s.value <> EXCLUDED.value
    RETURNING 1
)
SELECT (SELECT count(*) FROM stored), (SELECT count(*) FROM refused)
"""
_FROM_INGEST = "SELECT paper_id, kind, observed_on, value FROM incoming_signal"
_FROM_ARRAYS = """
    SELECT p.id AS paper_id, %(kind)s::text AS kind, %(day)s::date AS observed_on, value
    FROM unnest(%(ids)s::bigint[], %(values)s::integer[]) AS counted(paper_id, value)
    JOIN papers_paper p ON p.id = counted.paper_id
"""

# The newest value of each kind of the papers `ids`, beside them. A day after tomorrow's was read
# by a clock that was ahead.
_LATEST = """
UPDATE papers_paperstats s SET upvotes = l.upvotes, comments = l.comments, stars = l.stars,
    stars_gained = GREATEST(l.stars - l.first_stars, 0), citations = l.citations
FROM (
    SELECT paper_id, max(value) FILTER (WHERE kind = 'hf_upvotes') AS upvotes,
        max(value) FILTER (WHERE kind = 'hf_comments') AS comments,
        max(value) FILTER (WHERE kind = 'github_stars') AS stars,
        max(first_value) FILTER (WHERE kind = 'github_stars') AS first_stars,
        max(value) FILTER (WHERE kind = 's2_citations') AS citations
    FROM (
        SELECT DISTINCT ON (paper_id, kind) paper_id, kind, value,
            first_value(value) OVER (PARTITION BY paper_id, kind ORDER BY observed_on)
        FROM papers_signal
        WHERE paper_id = ANY(%(ids)s) AND observed_on <= %(today)s::date + 1
        ORDER BY paper_id, kind, observed_on DESC
    ) latest GROUP BY paper_id
) l
WHERE s.paper_id = l.paper_id
  AND (s.upvotes, s.comments, s.stars, s.stars_gained, s.citations) IS DISTINCT FROM
      (l.upvotes, l.comments, l.stars, GREATEST(l.stars - l.first_stars, 0), l.citations)
"""


def store_incoming() -> int:
    """Store what papers.ingest copied into its temporary table; return how many rows it wrote."""
    return _store(_FROM_INGEST, {})


def store(kind: Signal.Kind, values: Mapping[int, int], *, day: date) -> int:
    """Store `values` by paper id as what was seen on `day`; return how many rows it wrote.

    Papers that are gone are left out.
    """
    ids = sorted(values)
    told: dict[str, Any] = {
        "kind": kind,
        "day": day,
        "ids": ids,
        "values": [values[pk] for pk in ids],
    }
    with transaction.atomic():
        return _store(_FROM_ARRAYS, told)


def note_latest(paper_ids: list[int], *, today: date) -> None:
    """Write the newest numbers of these papers beside them (PaperStats)."""
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, {"ids": paper_ids, "today": today})


def _store(told: str, values: dict[str, Any]) -> int:
    bounds: dict[str, Any] = {
        "kinds": [kind.value for kind in BOUNDS],
        "most": [bound.most for bound in BOUNDS.values()],
        "a_day": [bound.a_day for bound in BOUNDS.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_STORE.format(told=told), {**bounds, **values})
        stored, refused = cursor.fetchone()
    if refused:
        logger.warning("%s numbers were refused: they cannot be true (RefusedSignal).", refused)
    return int(stored)
