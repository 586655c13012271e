"""How long a search takes on real papers: the call of the engine, and the whole page for a visitor.

    python -m benchmarks.search_pages FOLDER

FOLDER is a site left by `benchmarks.load --keep FOLDER`.
"""

import argparse
import statistics
import time
from pathlib import Path

import django

from benchmarks.site import print_table, run, running_site, timed

QUERIES = (
    "decoder-only",
    '"mixture of experts"',
    "diffusion language model",
    "retrieval augmented generation",
    "gaussian",
    "the of a model",
    "nosuchword",
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    with running_site(parser.parse_args().folder):
        run("collectstatic", "--noinput")
        django.setup()
        rows = [measure(text) for text in QUERIES]
    head = ("query", "papers", "engine ms", "new first ms", "page ms", "page p95", "page CPU ms")
    print_table(head, rows)


def measure(text: str) -> tuple[str, ...]:
    from django.test import Client

    from papers.search.engine import search
    from papers.search.language import parse

    client = Client(headers={"host": "localhost"})
    query = parse(text)
    engine = timed(lambda: search(query, limit=20), time.perf_counter)
    newest = timed(lambda: search(query, limit=20, sort="new"), time.perf_counter)
    page = timed(lambda: client.get("/search/", {"q": text}), time.perf_counter)
    cpu = timed(lambda: client.get("/search/", {"q": text}), time.process_time)
    p95 = sorted(page)[int(len(page) * 0.95)]
    medians = [f"{statistics.median(values):.2f}" for values in (engine, newest, page)]
    total = f"{search(query, limit=1).total:,}"
    return text, total, *medians, f"{p95:.2f}", f"{statistics.median(cpu):.2f}"


if __name__ == "__main__":
    main()
