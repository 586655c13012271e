"""What new papers cost a site that has many: storing, indexing, matching with followed searches.

The papers are taken out again at the end, so that the next run finds the same site. To be imported
after django.setup().
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db.models import Max

from accounts.matching import arrivals
from accounts.models import StandingQuery
from benchmarks import ingest, matching
from benchmarks.corpus import Corpus
from benchmarks.matching import Text
from benchmarks.site import PAPERS, running_follower
from papers.models import Paper
from papers.search.follower import wait_for_follower

RECORDS = 9_000
MATCHED = 1_000
PATIENCE_SECONDS = 300.0
Row = tuple[str, ...]


def measure() -> list[Row]:
    with running_follower(), without_what_comes():
        if not wait_for_follower(timeout_seconds=PATIENCE_SECONDS):
            sys.exit("The follower does not come.")
        return [*_stored(), *_matched()]


@contextmanager
def without_what_comes() -> Iterator[None]:
    before = Paper.objects.aggregate(newest=Max("pk"))["newest"]
    try:
        yield
    finally:
        Paper.objects.filter(pk__gt=before).delete()


def _stored() -> Iterator[Row]:
    if not PAPERS.exists():
        yield "records stored", f"not measured: no recorded papers at {PAPERS}"
        return
    first, *pages = ingest.make_pages("arXivRaw", RECORDS)
    records = ingest.parse(first)
    a_second = ingest.rate(lambda: [records])
    yield f"{len(records):,} records, parsed before: a second", f"{a_second:,.0f}"
    by_two, by_one = ingest.store_first(pages)
    began = time.perf_counter()
    reached = wait_for_follower(timeout_seconds=PATIENCE_SECONDS)
    lag = f"{time.perf_counter() - began:.1f} s" if reached else "not in time"
    yield "then parsed by one worker, stored by another: a second (aim 3,000)", f"{by_two:,.0f}"
    yield "then by one worker: a second", f"{by_one:,.0f}"
    yield f"all {RECORDS:,} in the index after the last was stored (aim 10 s)", lag
    before = ingest.rows_written()
    again = ingest.store_again(pages)
    yield "again, nothing new, parsed before: a second (aim 10,000)", f"{again:,.0f}"
    yield "rows written by what was not new", f"{ingest.rows_written() - before:,}"


def _matched() -> Iterator[Row]:
    while arrivals.match_arrivals(now=datetime.now(UTC)).goes_on:
        pass
    matching.fill_papers(
        Text(paper.title, paper.abstract, paper.authors, paper.category_codes)
        for paper in Corpus(MATCHED, seed=2).papers()
    )
    searches = f"{StandingQuery.objects.count():,} followed searches"
    row, _seconds = matching.measure("papers that came", arrivals.match_arrivals)
    for name, value in zip(matching.HEAD[1:], row[1:], strict=True):
        yield f"matched with {searches}: {name}", value
