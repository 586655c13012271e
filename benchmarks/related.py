"""What it costs to find the papers like one, and those near the forty that a reader saved.

    python -m benchmarks.related [--papers 30000] [--keep FOLDER] [--times 200]

The site is made as for benchmarks/scale.py, with readers who each saved 40 papers of one category;
FOLDER keeps it. Papers come loaded for their cards, as views get them, without the page around
them. No paper and no reader is asked for twice, so that nothing is kept from before, except the
vectors and words of the newest papers, which each process keeps for a minute for all readers: "the
first of a minute" reads those as well. Milliseconds; CPU is of this process and its process of
Postgres, and what is judged.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import django
import numpy as np

from benchmarks.site import print_table, running_site

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

READERS = 300
SAVED = 40
TIMES, WARM_TIMES = 200, 10
RELATED = 8  # on the page of a paper
RELATED_MS, RECOMMENDED_MS = 10.0, 15.0
HEAD = ("what", "times", "found each", "p50", "p95", "CPU", "Postgres CPU", "aim, CPU in all")
Row = tuple[str, ...]
# Each call gives how many papers it found.
Calls = Iterator[Callable[[], int]]


@dataclass(frozen=True, slots=True)
class Work:
    """`calls` are made once each; `aim` in milliseconds of CPU a call, None where there is none."""

    name: str
    calls: Calls
    aim: float | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=30_000)
    parser.add_argument("--keep", type=Path, help="the folder in which the site stays")
    parser.add_argument("--times", type=int, default=TIMES, help="calls of each kind, at most")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="broadsheet-related-") as temporary:
        folder: Path = (options.keep or Path(temporary)).absolute()
        with running_site(folder):
            django.setup()
            from benchmarks import scale_site, whole_site

            size = scale_site.Size(options.papers, READERS, READERS * SAVED)
            whole_site.fill_once(folder, size.papers, scale_site.steps(size))
            rows = measure_all(options.times)
    print(f"\n{options.papers:,} papers; milliseconds")
    print_table(HEAD, rows)


def measure_all(times: int = TIMES) -> list[Row]:
    """Measure on the site that runs; readers who saved 40 papers are made where there are few."""
    from config.warm import spare_the_collector

    make_readers(times + WARM_TIMES)
    spare_the_collector()  # as a web process does
    return [measure(each, times) for each in (related(), recommended(), recommended_first())]


def make_readers(count: int) -> None:
    from accounts.models import User
    from benchmarks import digest_site

    lacking = count - saving().count()
    if lacking > 0:
        digest_site.make_all_readers(User.objects.count() + lacking, SAVED)


def saving() -> "QuerySet[User]":
    from django.db.models import Count

    from accounts.models import User

    everybody = User.objects.annotate(saved=Count("reading_lists__entries"))
    return everybody.filter(saved=SAVED).order_by("pk")


def related() -> Work:
    from papers.models import Paper
    from papers.related import related_papers

    numbers = np.random.default_rng(11).permutation(Paper.objects.count()) + 1

    def find(pk: int) -> int:
        return len(related_papers(pk, limit=RELATED))

    def calls() -> Calls:
        for pk in numbers.tolist():
            yield partial(find, pk)

    return Work(f"related papers, {RELATED}", calls(), RELATED_MS)


def recommended() -> Work:
    def calls() -> Calls:
        for reader in readers():
            yield partial(_recommend, reader)

    return Work(f"recommendations, {SAVED} saved papers", calls(), RECOMMENDED_MS)


def recommended_first() -> Work:
    """With what is read for all readers, once a minute in each process."""
    from papers.meaning import recent

    def first(reader: "User") -> int:
        recent.forget()
        return _recommend(reader)

    def calls() -> Calls:
        for reader in readers():
            yield partial(first, reader)

    return Work("the first of a minute", calls(), None)


def readers() -> Iterator["User"]:
    """What was found for them before is forgotten."""
    from django.core.cache import cache

    cache.clear()
    yield from saving()


def _recommend(reader: "User") -> int:
    """The first page of them, as accounts/views/near.py makes it."""
    from django.utils import timezone

    from accounts import near_lists

    found = near_lists.find(reader, now=timezone.now())
    page = near_lists.page_of(reader, found, number=1, hides_seen=False)
    return len(page.page.items)


def measure(work: Work, times: int) -> Row:
    from benchmarks.vectors import database_seconds

    for _warm in range(WARM_TIMES):
        next(work.calls)()
    spent: list[float] = []
    found = 0
    cpu, database = time.process_time(), database_seconds()
    for call, _number in zip(work.calls, range(times), strict=False):
        began = time.perf_counter()
        found += call()
        spent.append((time.perf_counter() - began) * 1000)
    count = len(spent)
    own = (time.process_time() - cpu) * 1000 / count
    theirs = (database_seconds() - database) * 1000 / count
    p50, p95 = np.percentile(spent, [50, 95])
    numbers = (p50, p95, own, theirs)
    figures = (f"{count}", f"{found / count:.1f}", *(f"{each:.1f}" for each in numbers))
    return work.name, *figures, _verdict(work.aim, own + theirs, found)


def _verdict(aim: float | None, cpu: float, found: int) -> str:
    if not found:
        return "nothing was found: not measured"
    if aim is None:
        return ""
    return f"<= {aim:.0f}: {'reached' if cpu <= aim else 'missed'}"


if __name__ == "__main__":
    main()
