"""How quick each kind of search is, and how quickly an index of so many papers is built.

    python -m benchmarks.search [--papers 100000] [--keep FOLDER] [--rounds 60]

Papers are synthetic (benchmarks/corpus.py); the index is written as the follower writes it, the
counts that orders need are random arrays. Meaning and the wording of titles are left out: they need
a database, and are measured by benchmarks.vectors and benchmarks.growth. Each round of a kind asks
for other words where there are some, so that nothing is remembered from the round before. Each kind
is asked without facets and with them, as the page does it. Milliseconds of the engine's call, one
page of 20; the processor's time beside it, for machines that do other things too. Of 60 rounds p99
is nearly the longest.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from itertools import count, islice
from pathlib import Path

import django
import numpy as np

from benchmarks.site import print_table

TODAY = date(2026, 3, 2)
TARGETS = "p50 5, p99 15"
P99_MS = 15.0
FACETS = ", with facets"
HEAD = ("kind", "papers", f"p50 ({TARGETS})", "p99", "p50 CPU", "p99 CPU")


def build(papers: int, folder: Path) -> tuple[str, ...]:
    """Index `papers` as the follower does; inventing them does not count."""
    from benchmarks.corpus import Corpus
    from papers.search.common import SAMPLE_PAPERS, count_common, save_common
    from papers.search.schema import Bookmark, make_document, open_index, write_bookmark

    corpus = Corpus(papers)
    sample = [paper.abstract for paper in islice(corpus.papers(), min(SAMPLE_PAPERS, papers))]
    began = time.perf_counter()
    index = open_index(folder, create=True)
    common = count_common(sample, papers)
    save_common(common, folder)
    writer = index.writer(150_000_000, 2)
    seconds = time.perf_counter() - began
    for chunk in corpus.chunks():
        began = time.perf_counter()
        for paper in chunk:
            writer.add_document(make_document(paper, common))
        seconds += time.perf_counter() - began
    began = time.perf_counter()
    write_bookmark(writer, Bookmark(1, "", ""))
    writer.commit()
    writer.wait_merging_threads()
    seconds += time.perf_counter() - began
    size = sum(each.stat().st_size for each in folder.iterdir())
    return f"{papers:,}", f"{papers / seconds:,.0f}", f"{size / papers:,.0f}"


def kinds() -> dict[str, Callable[[int], str]]:
    """Each kind of search: from the number of the round to its text."""
    from benchmarks.corpus import word

    return {
        "common word": lambda n: word(20 + n),
        "rare word": lambda n: word(30_000 + 37 * n),
        "two words": lambda n: f"{word(50 + n)} {word(300 + 3 * n)}",
        "three words": lambda n: f"{word(50 + n)} {word(200 + n)} {word(900 + 7 * n)}",
        "phrase": lambda n: f'"{word(10 + n)} {word(30 + n)}"',
        "phrase in 3 %": lambda n: f'"quiet harbour" -{word(9_000 + n)}',
        "phrase in 25 %": lambda n: f'"open field" -{word(9_000 + n)}',
        "prefix": lambda n: f"{word(900 + n)[:4]}*",
        "author": lambda n: f"au:{word(1_000 + 11 * n)}",
        "filters": lambda n: f"cat:math.BA date:{2006 + n % 20} has:code",
        "word and filters": lambda n: f"{word(20 + n)} cat:math date:{2006 + n % 20}",
        "either of two": lambda n: f"({word(60 + n)} OR {word(500 + n)}) {word(40 + n)}",
        "votes": lambda n: f"{word(20 + n)} votes:>{900 + n % 90}",
        "two words and votes": lambda n: f"{word(50 + n)} {word(300 + 3 * n)} votes:>{10 + n % 90}",
    }


def asked() -> Iterator[tuple[str, Callable[[int], object]]]:
    from papers.search import facets as counted
    from papers.search.engine import search
    from papers.search.language import parse
    from papers.search.tree import SORTS

    makers = kinds()
    common = makers["common word"]

    def ask(text_of: Callable[[int], str], facets: bool, n: int) -> object:
        # Those of the last 200 searches are remembered, whatever their order.
        counted._known.clear()
        return search(parse(text_of(n), today=TODAY), limit=20, today=TODAY, facets=facets)

    def in_order(sort: str, n: int) -> str:
        return f"{common(n)} sort:{sort}"

    for sort in SORTS[1:]:
        makers[f"common word by {sort}"] = partial(in_order, sort)
    for name, text_of in makers.items():
        yield name, partial(ask, text_of, False)
        yield f"{name}{FACETS}", partial(ask, text_of, True)


def measure(name: str, work: Callable[[int], object], rounds: int) -> tuple[str, ...]:
    numbers = count()
    for _warm in range(3):
        found = work(next(numbers))
    wall, cpu = [], []
    for _round in range(rounds):
        number = next(numbers)
        began, began_cpu = time.perf_counter(), time.thread_time()
        found = work(number)
        cpu.append((time.thread_time() - began_cpu) * 1000)
        wall.append((time.perf_counter() - began) * 1000)
    total = f"{found.total:,}"  # type: ignore[attr-defined]
    values = (*np.percentile(wall, [50, 99]), *np.percentile(cpu, [50, 99]))
    return name, total, *(f"{value:.2f}" for value in values)


def stand_in(papers: int) -> None:
    """Take the place of what would ask the database."""
    from papers.meaning import near
    from papers.search import columns, wording

    chance = np.random.default_rng(1)
    ids = np.arange(1, papers + 1)
    known = chance.random((len(columns.COUNTED), papers)) < 0.1
    values: dict[str, columns.Values] = {"score": chance.random(papers).astype(np.float32)}
    for row, name in zip(known, columns.COUNTED, strict=True):
        counts = chance.integers(0, 1000, papers)
        values[name] = np.where(row, counts, -1).astype(np.int32)
    random_columns = columns.Columns(ids, values)
    columns.current = lambda: random_columns
    near.encode = lambda text: None
    wording.titles_of = lambda paper_ids: []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="a folder to build in, or to use again")
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with tempfile.TemporaryDirectory(prefix="broadsheet-benchmark-") as temporary:
        root = options.keep or Path(temporary)
        os.environ["BROADSHEET_VAR"] = temporary
        django.setup()
        from django.conf import settings

        from papers.search import folder

        settings.SEARCH_INDEX = root
        if folder.current() is None:
            root.mkdir(parents=True, exist_ok=True)
            path = folder.create_folder()
            row = build(options.papers, path)
            folder.make_current(path)
            print_table(("papers", "a second (5,000)", "bytes a paper (1,000)"), [row])
        stand_in(options.papers)
        from config.warm import spare_the_collector

        spare_the_collector()  # as a web process does
        rows = [measure(name, work, options.rounds) for name, work in asked()]
        print_table(HEAD, rows)
        print(verdict(rows))


def verdict(rows: list[tuple[str, ...]]) -> str:
    """Say which kind has the worst p99, by the clock and by CPU, and whether the aim is reached."""
    said = []
    for what, column in (("by the clock", 3), ("CPU", 5)):
        slowest = max(rows, key=lambda row: float(row[column]))
        reached = "reached" if float(slowest[column]) <= P99_MS else "missed"
        said.append(f"{slowest[column]} ms {what} ({slowest[0]}): {reached}")
    return f"worst p99, aim {P99_MS:.0f} ms: {'; '.join(said)}"


if __name__ == "__main__":
    main()
