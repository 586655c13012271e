"""Storing numbers about papers that are here already, as one day's signals.

It writes the day's value and the newest one beside the paper, then ranks. Missing is not zero:
who has no number is not written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from papers import ranking
from papers.ingest_sql import LATEST_SIGNALS
from papers.models import Signal

_ADD = """
INSERT INTO papers_signal AS s (paper_id, kind, observed_on, value)
SELECT paper_id, %(kind)s, %(day)s, value
FROM unnest(%(ids)s::bigint[], %(values)s::integer[]) AS told(paper_id, value)
JOIN papers_paper p ON p.id = told.paper_id
ORDER BY paper_id
ON CONFLICT (paper_id, kind, observed_on) DO UPDATE SET value = EXCLUDED.value
WHERE s.value <> EXCLUDED.value
"""


@dataclass(slots=True)
class Counted:
    """How many were asked for, how many had an answer, and how many of these changed."""

    asked: int = 0
    answered: int = 0
    changed: int = 0

    def __str__(self) -> str:
        return f"{self.asked} asked, {self.answered} answered, {self.changed} changed"


def store_counts(kind: Signal.Kind, values: Mapping[int, int], *, day: date) -> int:
    """Store `values` by paper id as what was seen on `day`; return how many rows that wrote."""
    if not values:
        return 0
    ids = sorted(values)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _ADD,
            {"kind": kind, "day": day, "ids": ids, "values": [values[pk] for pk in ids]},
        )
        written = int(cursor.rowcount)
        cursor.execute(LATEST_SIGNALS, {"ids": ids})
        ranking.rerank(today=day, paper_ids=ids)
    return written
