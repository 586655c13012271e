"""How fast and how exact the nearest vectors are found, among synthetic ones.

    python -m benchmarks.vectors [--vectors 100000] [--keep FOLDER]

Vectors as of papers: 2,000 subjects, of unequal size, in 256 dimensions of falling weight. Building
the index of a million takes many minutes; `--keep` leaves the site, for the next run to ask.
"""

import argparse
import statistics
import time
from pathlib import Path

import django
import numpy as np
from numpy.typing import NDArray

from benchmarks.site import own_seconds, print_table, running_site

WANTED_MS, WANTED_RECALL = 10.0, 0.95
SUBJECTS = 2000
QUESTIONS = 200
CHUNK = 10_000
LIMIT = 50
SEED = 1
DIMENSIONS = 256
# How far papers lie from the middle of their subject: cosines as among real ones, 0.5 to 0.8.
SPREAD = 0.8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="folder in which the site stays")
    options = parser.parse_args()
    with running_site(options.keep):
        django.setup()
        vectors = make_vectors(options.vectors)
        seconds = fill(vectors)
        if seconds:
            print(f"{options.vectors:,} vectors: written in {seconds[0]:.0f} s, ", end="")
            print(f"index built in {seconds[1]:.0f} s, {size_of_index()}")
        rows = measure(vectors)
    head = ("among", "median ms", "p95 ms", "Postgres CPU ms", "recall@10", "wanted")
    print_table(head, rows)


def make_vectors(count: int) -> NDArray[np.float16]:
    chance = np.random.default_rng(SEED)
    weights = weights_of_dimensions()
    middles = make_middles(chance)
    shares = 1 / np.arange(1, SUBJECTS + 1)
    subjects = chance.choice(SUBJECTS, count, p=shares / shares.sum())
    made = np.empty((count, DIMENSIONS), np.float16)
    for start in range(0, count, CHUNK):
        some = middles[subjects[start : start + CHUNK]]
        noise = chance.normal(size=some.shape).astype(np.float32) * weights * SPREAD
        made[start : start + CHUNK] = normal(some + noise)
    return made


def weights_of_dimensions() -> NDArray[np.float32]:
    return (np.arange(1, DIMENSIONS + 1) ** -0.4).astype(np.float32)


def make_middles(chance: np.random.Generator) -> NDArray[np.float32]:
    """The middle of each subject, not of length 1."""
    return chance.normal(size=(SUBJECTS, DIMENSIONS)).astype(np.float32) * weights_of_dimensions()


def normal(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    length: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / length


def fill(made: NDArray[np.float16]) -> tuple[float, float] | None:
    """Write papers and vectors and build the index; None when a site that was kept has them."""
    from django.db import connection

    from papers.meaning import vectors

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM papers_papervectora")
        if cursor.fetchone()[0] == len(made):
            return None
        cursor.execute("TRUNCATE papers_paper CASCADE")
        cursor.execute(
            "INSERT INTO papers_paper (id, title, abstract, authors, author_line, short_abstract,"
            " comment, journal_ref, license, code_url, project_url, text_source)"
            " SELECT n, 'Paper ' || n, '', '[]', '', '', '', '', '', '', '', 0"
            " FROM generate_series(1, %s) n",
            [len(made)],
        )
    vectors.clear("a")
    began = time.perf_counter()
    for start in range(0, len(made), CHUNK):
        some = made[start : start + CHUNK].astype(np.float32)
        vectors.write("a", {start + n + 1: vector for n, vector in enumerate(some)})
    written = time.perf_counter()
    vectors.build_index("a")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE papers_paper; ANALYZE papers_papervectora")
    return written - began, time.perf_counter() - written


def size_of_index() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_relation_size('papers_papervectora_nearest'))")
        return str(cursor.fetchone()[0])


def measure(made: NDArray[np.float16]) -> list[tuple[str, ...]]:
    from papers.meaning import vectors

    chance = np.random.default_rng(SEED + 1)
    asked = made[chance.choice(len(made), QUESTIONS, replace=False)].astype(np.float32)
    # A little beside a paper, as a question is.
    asked = normal(asked + chance.normal(size=asked.shape).astype(np.float32) * 0.02)
    exact = find_exactly(made, asked)
    times, recalls = [], []
    before = database_seconds()
    for vector, best in zip(asked, exact, strict=True):
        began = time.perf_counter()
        found = [number - 1 for number, _cosine in vectors.nearest("a", vector, limit=LIMIT)]
        times.append((time.perf_counter() - began) * 1000)
        recalls.append(len(set(found[:10]) & best) / 10)
    cpu = (database_seconds() - before) * 1000 / QUESTIONS
    warm = sorted(times[QUESTIONS // 10 :])
    p95 = warm[int(len(warm) * 0.95)]
    recall = statistics.mean(recalls)
    verdict = "reached" if p95 <= WANTED_MS and recall >= WANTED_RECALL else "missed"
    wanted = f"p95 <= {WANTED_MS:.0f} ms, recall >= {WANTED_RECALL}: {verdict}"
    figures = (f"{statistics.median(warm):.1f}", f"{p95:.1f}", f"{cpu:.1f}", f"{recall:.3f}")
    return [(f"{len(made):,} vectors, top {LIMIT}", *figures, wanted)]


def database_seconds() -> float:
    """What the process of Postgres that serves this connection has used of the processor."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return own_seconds(str(cursor.fetchone()[0]))


def find_exactly(made: NDArray[np.float16], asked: NDArray[np.float32]) -> list[set[int]]:
    """The ten nearest of each question."""
    scores = np.empty((len(asked), len(made)), np.float32)
    for start in range(0, len(made), CHUNK):
        some = made[start : start + CHUNK].astype(np.float32)
        scores[:, start : start + CHUNK] = asked @ some.T
    return [set(np.argpartition(-row, 10)[:10].tolist()) for row in scores]


if __name__ == "__main__":
    main()
