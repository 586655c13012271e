"""How long loading a papers file takes, search index included, into a fresh database.

    python -m benchmarks.load [FILE.jsonl.gz] [--keep FOLDER] [--runs 3]

With a follower beside it, as under `make run`, and without one. `--keep` leaves the last site for
`benchmarks.search_pages` and `benchmarks.first_paint`.
"""

import argparse
import gzip
import statistics
from pathlib import Path

from benchmarks.site import PAPERS, print_table, run, running_follower, running_site


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path, nargs="?", default=PAPERS)
    parser.add_argument("--keep", type=Path, help="folder in which the last site stays")
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    with gzip.open(options.file) as lines:
        papers = sum(1 for _line in lines)
    alone = [measure_alone(options.file) for _run in range(options.runs)]
    beside = [measure_beside(options.file, options.keep) for _run in range(options.runs)]
    rows = [
        row("first load, index built at the end", [first for first, _again in alone], papers),
        row("again, nothing changed", [again for _first, again in alone], papers),
        row("first load, follower beside it", [first for first, _again in beside], papers),
        row("again, nothing changed", [again for _first, again in beside], papers),
    ]
    print_table((f"{papers:,} papers", "seconds", "papers a second"), rows)


def measure_alone(file: Path) -> tuple[float, float]:
    with running_site(None):
        return run("loadpapers", str(file)), run("loadpapers", str(file))


def measure_beside(file: Path, keep: Path | None) -> tuple[float, float]:
    with running_site(keep), running_follower():
        return run("loadpapers", str(file)), run("loadpapers", str(file))


def row(name: str, seconds: list[float], papers: int) -> tuple[str, ...]:
    median = statistics.median(seconds)
    return name, f"{median:.1f}", f"{papers / median:,.0f}"


if __name__ == "__main__":
    main()
