"""What it costs to rank: all papers anew, a batch of new numbers, a day that is over, a page.

    python -m benchmarks.ranking 110000 [--keep FOLDER]

Papers are synthetic (benchmarks/growth_site.py). One in five of the last 400 days has upvotes of
five days, one in fifty of all has stars of the last forty, as where GitHub is asked every day, one
in a hundred votes. Medians of three runs; of thirty for the pages.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import django

from benchmarks.site import print_table, running_site, timed

RUNS = 3
BATCH = 1_000
HEAD = ("what", "seconds, median of 3", "at most", "aim")
MINE = ("math.BA", "math.BC", "cs.AB", "cs.BC", "physics.AB")

_SIGNALS = """
INSERT INTO papers_signal (paper_id, kind, observed_on, value)
SELECT s.paper_id, 'hf_upvotes', p.announced_on + d, 2 * d + s.paper_id % 40
FROM papers_paperstats s JOIN papers_paper p ON p.id = s.paper_id CROSS JOIN generate_series(0, 4) d
WHERE s.paper_id %% 5 = 0
  AND p.announced_on BETWEEN %(today)s::date - 400 AND %(today)s::date - d
UNION ALL
SELECT s.paper_id, 'github_stars', %(today)s::date - d, 1000 - d * (s.paper_id % 9)
FROM papers_paperstats s CROSS JOIN generate_series(0, 39) d
WHERE s.paper_id %% 50 = 1
UNION ALL
SELECT s.paper_id, 'votes', %(today)s::date - d, 6 - d / 5
FROM papers_paperstats s CROSS JOIN generate_series(0, 29, 5) d WHERE s.paper_id %% 100 = 2
ON CONFLICT DO NOTHING
""".replace("paper_id % ", "paper_id %% ")


def fill(papers: int) -> None:
    from django.db import connection

    from benchmarks.growth_site import write_papers
    from papers.models import Paper, Signal

    if not Paper.objects.exists():
        write_papers(papers)
    if not Signal.objects.exists():
        with connection.cursor() as cursor:
            cursor.execute(_SIGNALS, {"today": newest()})
            cursor.execute("ANALYZE")


def newest() -> date:
    from papers.models import Paper

    day = Paper.objects.newest_announcement_day()
    assert day is not None
    return day


def ranking_work() -> Iterator[tuple[str, str, Callable[[], object]]]:
    """What is measured, what is aimed at, and how it is done once."""
    from django.db import transaction

    from papers import counts, trending
    from papers.models import Paper, RankingState, Signal, TrendingDay, WeightChange

    today = newest()
    ids = list(Paper.objects.order_by("-pk").values_list("pk", flat=True)[:BATCH])
    values = iter(range(10, 10_000))
    stars = iter(range(1, 10_000))

    def reweigh() -> None:
        WeightChange.objects.create(reason="measured", star=0.1 + next(stars) / 1000)
        trending.recompute(today=today)

    def roll() -> None:
        TrendingDay.objects.filter(day__gte=today - timedelta(days=3)).delete()
        RankingState.objects.update(rolled_on=None)
        trending.roll(now=moment(today))

    def rank_batch() -> None:
        with transaction.atomic():
            trending.update(ids, today=today)

    def count_batch() -> None:
        value = next(values)
        counts.store_counts(Signal.Kind.HF_UPVOTES, dict.fromkeys(ids, value), day=today)

    yield "all anew, nothing changed", "3 s, 30 s at 1 M", lambda: trending.recompute(today=today)
    yield "all anew, other weights", "3 s, 30 s at 1 M", reweigh
    yield f"{BATCH:,} papers ranked", "0.3 s", rank_batch
    yield f"{BATCH:,} counts stored and ranked", "0.3 s", count_batch
    trending.roll(now=moment(today))
    yield "a new day, three kept anew", "", roll


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 1, tzinfo=UTC)


def measure(name: str, aim: str, work: Callable[[], object]) -> tuple[str, ...]:
    seconds = []
    for _run in range(RUNS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return name, f"{statistics.median(seconds):.3f}", f"{max(seconds):.3f}", aim


def page_work() -> Iterator[tuple[str, Callable[[], object]]]:
    from papers.trending.pages import page_of
    from papers.windows import TrendingList

    for ranking in TrendingList:
        for name, categories in (("all", ("",)), ("a category", MINE[:1]), ("five", MINE)):
            for number in (1, 50):
                yield (
                    f"{ranking.value}, {name}, page {number}",
                    partial(page_of, ranking, categories, number=number, size=20),
                )


def page_times() -> Iterator[tuple[str, float]]:
    """Milliseconds of each page, the median of thirty."""
    for name, work in page_work():
        yield name, statistics.median(timed(work, time.perf_counter))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("papers", type=int)
    parser.add_argument("--keep", type=Path, help="a folder in which the site stays")
    options = parser.parse_args()
    with running_site(options.keep):
        django.setup()
        fill(options.papers)
        from papers import trending
        from papers.models import Signal, Standing

        began = time.perf_counter()
        trending.recompute(today=newest())
        first = time.perf_counter() - began
        print(
            f"{options.papers:,} papers, {Signal.objects.count():,} snapshots: first {first:.1f} s"
        )
        rows = [measure(*each) for each in ranking_work()]
        print_table(HEAD, rows)
        print(f"{Standing.objects.count():,} places in lists")
        pages: list[tuple[str, ...]] = [(name, f"{ms:.2f}") for name, ms in page_times()]
        print_table(("page of twenty", "ms, both queries, median of 30 (aim 3)"), pages)


if __name__ == "__main__":
    main()
