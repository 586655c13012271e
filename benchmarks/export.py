"""How long 10,000 papers take to leave in each format, and in how much memory.

    python -m benchmarks.export [FOLDER] [--papers 10000]

FOLDER is a site left by `benchmarks.load --keep FOLDER`; without one, a new site gets as many real
papers (BROADSHEET_SHARED_DATA), or made-up ones. Each has a note of three lines, tags and a
section, and is read from Postgres in chunks, as a list is. Peak memory is that of a second, traced
run: what Python allocated beyond the ids. Target: 3 s.
"""

import argparse
import gzip
import json
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import django

from benchmarks.corpus import Corpus
from benchmarks.site import PAPERS, print_table, run, running_site

if TYPE_CHECKING:
    from papers.formats import Item

# Spread over the file, which is sorted by source.
TAKEN_OF = 10
NOTE = "Read the appendix first.\n\nCompare with *ours*: 12 % better?"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--papers", type=int, default=10_000)
    options = parser.parse_args()
    with running_site(options.folder):
        if options.folder is None:
            load(options.papers)
        django.setup()
        print_table(("format", "seconds", "CPU", "MB", "peak MB"), measure(options.papers))


def load(count: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "papers.jsonl"
        rows = real_rows() if PAPERS.exists() else made_rows(count)
        path.write_text("".join(islice(rows, count)), encoding="utf-8")
        run("loadpapers", str(path))


def real_rows() -> Iterator[str]:
    with gzip.open(PAPERS, "rt", encoding="utf-8") as rows:
        yield from islice(rows, 0, None, TAKEN_OF)


def made_rows(count: int) -> Iterator[str]:
    for number, paper in enumerate(Corpus(count).papers()):
        month, place = divmod(number, 99_999)
        yield (
            json.dumps(
                {
                    "arxiv_id": f"26{1 + month:02}.{1 + place:05}",
                    "title": paper.title,
                    "abstract": paper.abstract,
                    "authors": paper.authors,
                    "categories": paper.category_codes,
                }
            )
            + "\n"
        )


def measure(count: int) -> list[tuple[str, ...]]:
    from papers.formats import FORMATS
    from papers.models import Paper

    # In no order of the table, as the papers of a list.
    ids = list(Paper.objects.order_by("title").values_list("pk", flat=True)[:count])
    print(f"{len(ids):,} papers")
    export(ids, "bib")
    rows: list[tuple[str, ...]] = []
    for ending, form in FORMATS.items():
        began, began_cpu = time.perf_counter(), time.process_time()
        written = export(ids, ending)
        wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
        tracemalloc.start()
        export(ids, ending)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        sizes = f"{written / 1e6:.1f}", f"{peak / 1e6:.1f}"
        rows.append((str(form.name), f"{wall:.2f}", f"{cpu:.2f}", *sizes))
    return rows


def export(ids: list[int], ending: str) -> int:
    """Write them all; return how many bytes there were."""
    from papers.formats import FORMATS, Head

    head = Head("A list", "http://localhost/lists/1/", "What it is.")
    return sum(map(len, FORMATS[ending].write(head, items(ids))))


def items(ids: list[int]) -> "Iterator[Item]":
    from papers.formats import Item
    from papers.references import in_chunks

    added_at = datetime(2026, 3, 2, tzinfo=UTC)
    for number, reference in enumerate(in_chunks(ids)):
        yield Item(reference, NOTE, ("to read", "owls"), f"Section {number // 500}", added_at)


if __name__ == "__main__":
    main()
