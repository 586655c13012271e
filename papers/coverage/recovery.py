"""Giving back the days that a daily feed missed, from what the nightly repair brought.

It decides which days were missed and announces there the papers that arXiv itself dated to them.
Never touches a day that the feed brought. Read more: docs/decisions.md, arXiv's feeds hold only
the current batch.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from papers.calendar import Calendar, Expectation, read_calendar
from papers.coverage.ledger import count_announced, lock_batch, restate_batch
from papers.models import Batch, Source, TextSource

RECOVERED_DAYS = 14
_Row = tuple[int, str, date]  # paper, category, day

# A paper that the category announced as new or cross-listed on another day is not announced again;
# one it announced as replaced on that day keeps that row.
_ANNOUNCE = """
INSERT INTO papers_announcement (paper_id, category_id, announced_on, kind)
SELECT DISTINCT paper.id, listed.category_id, missed.day,
       CASE WHEN paper.primary_category_id = listed.category_id THEN 'new' ELSE 'cross' END
  FROM unnest(%(keys)s::text[], %(days)s::date[]) AS missed (key, day)
  JOIN papers_paper paper
    ON paper.announced_on = missed.day AND paper.text_source = %(arxiv)s
  JOIN papers_papercategory listed
    ON listed.paper_id = paper.id
   AND (listed.category_id = missed.key OR starts_with(listed.category_id, missed.key || '.'))
 WHERE NOT EXISTS (
       SELECT 1 FROM papers_announcement known
        WHERE known.paper_id = paper.id AND known.category_id = listed.category_id
          AND known.kind <> 'replace')
    ON CONFLICT DO NOTHING
RETURNING paper_id, category_id, announced_on
"""


@dataclass(frozen=True, slots=True)
class _Missed:
    """A day on which the feed of `source` brought nothing; `batch` is its row, if it has one."""

    source: Source
    day: date
    batch: Batch | None


def recover_missed_days(*, today: date) -> int:
    """Announce what the last 14 days' feeds missed, after the nightly repair; return how many.

    A day is missed when an active daily feed of arXiv brought nothing on it though the calendar
    or a list page had a batch. Papers whose first day is known from arXiv as that day, and which
    the category has not announced, are announced there: as new in their primary category, else as
    cross-listed. The batch counts them as received and as recovered. Replacements are not
    recovered: the repair does not say on which day they were listed.
    """
    missed = _missed_days(today, read_calendar())
    if not missed:
        return 0
    with transaction.atomic():
        announced = _announce(missed)
        _count(missed, announced)
    return len(announced)


def _announce(missed: list[_Missed]) -> list[_Row]:
    parameters: dict[str, Any] = {
        "keys": [one.source.key for one in missed],
        "days": [one.day for one in missed],
        "arxiv": TextSource.ARXIV,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ANNOUNCE, parameters)
        rows: list[_Row] = cursor.fetchall()
    return rows


def _missed_days(today: date, calendar: Calendar) -> list[_Missed]:
    days = [today - timedelta(days=back) for back in range(1, RECOVERED_DAYS + 1)]
    sources = list(Source.objects.filter(kind=Source.Kind.ARXIV_RSS, is_active=True))
    rows = Batch.objects.filter(source__in=sources, announced_on__in=days)
    batches = {(batch.source_id, batch.announced_on): batch for batch in rows}
    every = [
        _Missed(source, day, batches.get((source.pk, day))) for source in sources for day in days
    ]
    return [one for one in every if _is_missed(one, calendar)]


def _is_missed(one: _Missed, calendar: Calendar) -> bool:
    batch = one.batch
    if batch and batch.read_at and batch.received > batch.recovered:
        return False
    if batch and batch.expected:
        return True
    expected = calendar.expectation(one.day)
    return expected in (Expectation.BATCH, Expectation.UNKNOWN_YEAR)


def _count(missed: list[_Missed], announced: list[_Row]) -> None:
    calendar, now = read_calendar(), timezone.now()
    for one in missed:
        key = one.source.key
        papers = {
            paper_id
            for paper_id, category, day in announced
            if day == one.day and (category == key or category.startswith(f"{key}."))
        }
        if not papers:
            continue
        batch = lock_batch(one.source, one.day, at=now)
        batch.received = count_announced(key, one.day)
        batch.recovered += len(papers)
        batch.updated_at = now
        restate_batch(batch, calendar, now=now)
        batch.save()
