"""How many OAI-PMH records a second are parsed and stored: python -m benchmarks.ingest [--runs 5]

Answers are made from the recorded papers and served from memory; each run has an empty private
Postgres of its own, no follower beside it. Pages are parsed in the child process and stored here,
as the worker does it: by two workers, a page is parsed while the one before it is stored; by one,
one after the other. "Again" is the same answers a second time, of which nothing is written.
"""

import argparse
import html
import itertools
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from typing import Any
from urllib.parse import quote

import django

from benchmarks.site import PAPERS, print_table, running_site
from tests.origin import Origin

PAGE_SIZE = 1_500
LAST_DAY = date(2026, 8, 31)
TOKEN = re.compile(rb"<resumptionToken[^>]*>([^<]+)<")
ROWS_WRITTEN = """
SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables WHERE relname LIKE 'papers_%'
"""


@dataclass(frozen=True, slots=True)
class Rates:
    """Records a second, and the rows that the second time wrote."""

    first: float
    first_by_one: float
    again: float
    again_parsed_before: float
    rows_again: int


def make_pages(prefix: str, most: int) -> list[bytes]:
    origin = Origin(papers_path=PAPERS, day=LAST_DAY)
    origin.oai.page_size = PAGE_SIZE
    address = f"/oai?verb=ListRecords&metadataPrefix={prefix}&from=2026-01-01"
    return list(_pages(origin, address, most // PAGE_SIZE))


def _pages(origin: Origin, address: str, count: int) -> Iterator[bytes]:
    for _page in range(count):
        body = origin.answer(address).body
        yield body
        token = TOKEN.findall(body)[-1].decode()
        address = f"/oai?verb=ListRecords&resumptionToken={quote(html.unescape(token))}"


def measure_apart(pages: Sequence[bytes]) -> Rates:
    """Measure in a process of its own: settings, once read, name one database for good."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (pages,))


def measure(pages: Sequence[bytes]) -> Rates:
    with running_site(None):
        django.setup()
        from django.db import connection

        result = measure_here(pages)
        connection.close()
        return result


def measure_here(pages: Sequence[bytes]) -> Rates:
    """Measure on the site that runs, which has none of these papers yet."""
    first, first_by_one = store_first(pages)
    before = rows_written()
    again = rate(lambda: map(parse, pages))
    rows = rows_written() - before
    return Rates(first, first_by_one, again, store_again(pages), rows)


def store_first(pages: Sequence[bytes]) -> tuple[float, float]:
    """Records a second: of one half with two workers, of the other with one."""
    parse(pages[0])  # the child is there already in a worker
    half = len(pages) // 2
    with ThreadPoolExecutor(1) as other:
        first = rate(lambda: other.map(parse, pages[:half]))
    return first, rate(lambda: map(parse, pages[half:]))


def store_again(pages: Sequence[bytes]) -> float:
    """Records a second that were parsed before, and bring nothing new."""
    parsed = [parse(page) for page in pages]
    return rate(lambda: parsed)


def parse(body: bytes) -> Any:
    from papers.feeds import arxiv_oai
    from papers.feeds.parsing import parse_apart

    return parse_apart(arxiv_oai.parse, body, today=LAST_DAY).records


def rate(parsed: Callable[[], Iterable[Any]]) -> float:
    """Store all that `parsed` yields; return the records a second."""
    from papers.ingest import ingest
    from papers.models import TextSource

    source, origin = TextSource.ARXIV, "arxiv_oai_raw"
    began, stored = time.perf_counter(), 0
    for records in parsed():
        stored += ingest(records, text_source=source, today=LAST_DAY, origin=origin).received
    return stored / (time.perf_counter() - began)


def rows_written() -> int:
    from django.db import connection

    connection.close()  # a connection tells its counts when it ends
    time.sleep(1)
    with connection.cursor() as cursor:
        cursor.execute(ROWS_WRITTEN)
        return int(cursor.fetchone()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--records", type=int, default=30_000)
    parser.add_argument("--prefix", choices=["arXiv", "arXivRaw"], default="arXivRaw")
    options = parser.parse_args()
    if not PAPERS.exists():
        sys.exit(f"The recorded papers are not at {PAPERS}.")
    pages = make_pages(options.prefix, options.records)
    found = [measure_apart(pages) for _run in range(options.runs)]
    rows: list[tuple[str, ...]] = [
        ("parsed and stored", *_median([each.first for each in found]), "3,000"),
        ("by one worker", *_median([each.first_by_one for each in found]), ""),
        ("again, parsed too", *_median([each.again for each in found]), ""),
        ("again, parsed before", *_median([each.again_parsed_before for each in found]), "10,000"),
    ]
    heads = (f"{options.prefix}, {len(pages) * PAGE_SIZE:,} records", "records/s", "runs", "target")
    print_table(heads, rows)
    print("rows written the second time:", *itertools.chain([each.rows_again for each in found]))


def _median(rates: list[float]) -> tuple[str, str]:
    return f"{statistics.median(rates):,.0f}", " ".join(f"{rate:,.0f}" for rate in rates)


if __name__ == "__main__":
    main()
