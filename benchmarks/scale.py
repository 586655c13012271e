"""A whole site of a million papers and a hundred thousand readers: what everything costs on it.

    python -m benchmarks.scale [--papers 1000000 --readers 100000 --entries 1000000]
        [--keep FOLDER] [--json FILE] [--only PART ...] [--seconds 3] [--due 5000]

Makes the site (benchmarks/scale_site.py; in FOLDER it is kept, and made once), then measures what
grew on disk, each kind of page, the engine's searches, related papers and recommendations, ranking,
the digest, and ingest with its way into the index and the matching of what came with all followed
searches. Each figure is measured by the function of the benchmark of that name. Prints a table a
part; FILE keeps all of them, and the pace of the machine before and after each, as JSON.
docs/scale.md says what follows from them.
"""

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import django

from benchmarks import asking, digest, pace, pages
from benchmarks.site import print_table, run, running_site
from benchmarks.smtp_sink import mail_server

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    head: Row
    rows: list[Row]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=1_000_000)
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--past", type=int, default=1, help="issues that each reader had before")
    parser.add_argument("--keep", type=Path, help="the folder in which the site stays")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seconds", type=float, default=3.0, help="for each row of pages, about")
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 8], help="connections")
    parser.add_argument("--due", type=int, default=5_000, help="readers whose digest is sent")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    options = parser.parse_args()
    multiprocessing.set_start_method("spawn")
    with tempfile.TemporaryDirectory(prefix="broadsheet-scale-") as temporary:
        folder: Path = (options.keep or Path(temporary)).absolute()
        asking.take_a_port()
        os.environ["API_VISITOR_REQUESTS_PER_HOUR"] = "1000000"
        with mail_server() as (mail_port, sink), running_site(folder):
            run("collectstatic", "--noinput")
            django.setup()
            options.mail_port, options.sink = mail_port, sink
            _fill(folder, options)
            _measure(folder, options)


def _fill(folder: Path, options: argparse.Namespace) -> None:
    from benchmarks import scale_site, whole_site

    size = scale_site.Size(options.papers, options.readers, options.entries, options.past)
    whole_site.fill_once(folder, size.papers, scale_site.steps(size))


def _measure(folder: Path, options: argparse.Namespace) -> None:
    from benchmarks.scale_site import count_all

    kept = json.loads(options.json.read_text()) if options.json and options.json.exists() else {}
    kept["rows"] = count_all()
    for name in options.only:
        before, began = pace.measure(), time.perf_counter()
        table = PARTS[name](folder, options)
        took = time.perf_counter() - began
        print(f"\n{name}; {options.papers:,} papers, {took:.0f} s. {before}", flush=True)
        print_table(table.head, table.rows)
        paces = {"before": asdict(before), "after": asdict(pace.measure())}
        kept[name] = asdict(table) | {"seconds": took, "pace": paces}
        if options.json:
            options.json.write_text(json.dumps(kept, indent=1) + "\n")


def measure_sizes(folder: Path, options: argparse.Namespace) -> Table:
    from benchmarks.scale_sizes import made_in, on_disk

    rows: list[Row] = [(name, f"{size / 1e6:,.0f} MB") for name, size in on_disk()]
    rows += [(f"made: {name}", f"{seconds:,.0f} s") for name, seconds in made_in(folder)]
    return Table(("what", "size, or how long it took"), rows)


def measure_pages(folder: Path, options: argparse.Namespace) -> Table:
    found = pages.measure_all(options)
    return Table(pages.HEAD, [(*key, *pages.numbers(cost)) for key, cost in found.items()])


def measure_search(folder: Path, options: argparse.Namespace) -> Table:
    """The engine's call with all it asks the database; pages of searches are among the pages."""
    from benchmarks import search
    from config.warm import spare_the_collector

    spare_the_collector()
    rows = [search.measure(name, work, rounds=40) for name, work in search.asked()]
    return Table(search.HEAD, rows)


def measure_related(folder: Path, options: argparse.Namespace) -> Table:
    from benchmarks import related

    return Table(related.HEAD, related.measure_all())


def measure_ranking(folder: Path, options: argparse.Namespace) -> Table:
    from benchmarks import ranking

    rows = [ranking.measure(*each) for each in ranking.ranking_work()]
    rows += [(f"page: {name}", f"{ms / 1000:.4f}", "", "") for name, ms in ranking.page_times()]
    return Table(ranking.HEAD, rows)


def measure_ingest(folder: Path, options: argparse.Namespace) -> Table:
    from benchmarks import scale_ingest

    return Table(("what", "figure"), scale_ingest.measure())


def measure_digest(folder: Path, options: argparse.Namespace) -> Table:
    """By one process, as a site comes, and by one a core."""
    due, rows = min(options.due, options.readers), []
    for processes in sorted({1, os.cpu_count() or 1}):
        row = digest.measure(due, processes, options.mail_port, options.sink)
        rows.append((str(processes), *row))
    return Table(("processes", *digest.HEAD), rows)


PARTS: dict[str, Callable[[Path, argparse.Namespace], Table]] = {
    "sizes": measure_sizes,
    "pages": measure_pages,
    "search": measure_search,
    "related": measure_related,
    "ranking": measure_ranking,
    "digest": measure_digest,
    "ingest": measure_ingest,
}

if __name__ == "__main__":
    main()
