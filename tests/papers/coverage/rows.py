"""Batches for tests of the ledger, on days of a known calendar."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from papers.coverage import write_batch
from papers.models import Batch, Source
from tests.factories import DAY, make_source

# Noon US Eastern: what has not come by then is late.
NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
SATURDAY = date(2026, 3, 7)
LABOR_DAY = date(2026, 9, 7)


def make_arxiv_source(*, key: str = "cs.CL", **fields: object) -> Source:
    fields = {"last_attempt_at": NOON - timedelta(days=30), **fields}
    return make_source(kind=Source.Kind.ARXIV_RSS, key=key, **fields)


def make_batch(*, source: Source, day: date = DAY, **fields: object) -> Batch:
    fields = {"updated_at": NOON, "read_at": NOON, **fields}
    return Batch.objects.create(source=source, category=source.key, announced_on=day, **fields)


def write(source: Source, *, received: int = 0, **options: Any) -> Batch:
    """Write what an answer brought for the day, read at noon unless said otherwise."""
    options = {"day": DAY, "rejected": 0, "problems": [], "read_at": NOON, **options}
    return write_batch(source, received=received, **options)


def the_batch() -> Batch:
    return Batch.objects.get()
