"""Whether the digest ranks for a reader as well as an SVM of their own, at what share of its cost.

    python -m benchmarks.digest_quality lists [FOLDER]
    python -m benchmarks.digest_quality libraries

Half of each list is hidden; both rank all papers by the other half. The SVM is arxiv-sanity's:
TF-IDF and a linear SVM a reader, fitted in the same run. `lists` are reading lists made by people,
on a site with the shared papers (FOLDER, or one that it fills); `libraries` those of citeulike-t,
of whose papers only the bags of words are known. Then the CPU of ranking three days' papers for a
hundred readers at once is set against that of fitting an SVM, against 10,000 papers as above and
against all, as arxiv-sanity does it.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

import django

from benchmarks.site import PAPERS, SHARED, print_table, run, running_site

if TYPE_CHECKING:
    from benchmarks.quality_papers import Baseline

LIBRARIES = 300
LEAST_PAPERS = 8
SPLITS = 3
DEPTHS = (20, 100, 500)
NEW_PAPERS = 1800  # of three days
SVMS_TIMED = 10
Ranker = Callable[[list[list[int]]], list[list[int]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("lists", "libraries"))
    parser.add_argument("folder", type=Path, nargs="?")
    options = parser.parse_args()
    with running_site(options.folder):
        django.setup()
        sets = shared_lists() if options.what == "lists" else libraries()
        compare(sets)


def shared_lists() -> dict[str, list[list[int]]]:
    from django.utils import timezone

    from benchmarks import quality_papers
    from papers.meaning import slots

    if not quality_papers.is_filled():
        run("loadpapers", str(PAPERS))
    if slots.live() is None:
        slots.refresh(now=timezone.now())
    return quality_papers.read_lists(SHARED / "judged" / "reading_lists")


def libraries() -> dict[str, list[list[int]]]:
    from benchmarks.quality import fill
    from papers.models import Paper

    folder = SHARED / "judged" / "citeulike-t"
    with gzip.open(folder / "items.jsonl.gz", "rt") as lines:
        items = [item for item in map(json.loads, lines) if item["words"]]
    texts = [
        ("", " ".join(word for word, count in item["words"].items() for _ in range(count)))
        for item in items
    ]
    numbers = dict(zip((item["item"] for item in items), fill(texts), strict=True))
    with gzip.open(folder / "users.jsonl.gz", "rt") as lines:
        users = [json.loads(line)["items"] for line in lines]
    Paper.objects.update(announced_on=date(2026, 1, 1))
    kept = [[numbers[item] for item in items if item in numbers] for items in users]
    large = [papers for papers in kept if len(papers) >= LEAST_PAPERS]
    return {"libraries": random.Random(1).sample(large, LIBRARIES)}


def compare(sets: dict[str, list[list[int]]]) -> None:
    from benchmarks.quality_papers import Baseline

    baseline = Baseline()
    rankers: dict[str, Ranker] = {
        "TF-IDF SVM a reader, C 0.1": lambda halves: [baseline.rank(half, 0.1) for half in halves],
        "TF-IDF SVM a reader, C 1": lambda halves: [baseline.rank(half, 1.0) for half in halves],
        "the digest": near_all,
    }
    for kind, lists in sets.items():
        print(f"\n{kind}: {len(lists)}, {SPLITS} splits each, among all papers")
        rows = [(name, *measure(lists, rank)) for name, rank in rankers.items()]
        print_table(("by", *(f"recall@{at}" for at in DEPTHS), "CPU ms a reader"), rows)
    compare_costs(baseline, [papers for lists in sets.values() for papers in lists])


def compare_costs(baseline: "Baseline", lists: list[list[int]]) -> None:
    """CPU of ranking a few days' papers for a hundred readers, nothing of them read before."""
    from papers.meaning import near, recent, words
    from papers.models import Paper

    newest = Paper.objects.exclude(announced_on=None).order_by("-announced_on")[:NEW_PAPERS]
    since = min(paper.announced_on or date.max for paper in newest.only("announced_on"))
    tastes = [near.Taste(liked=papers, since=since, limit=60) for papers in (lists * 100)[:100]]
    recent.forget()
    words.forget()
    began = time.process_time()
    near.near_each(tastes)
    ours = (time.process_time() - began) * 1000 / len(tastes)
    rows: list[tuple[str, ...]] = [("the digest", f"{ours:.2f}", "1")]
    for name, others in (("against 10,000 papers", baseline.others), ("against all", baseline.all)):
        began = time.process_time()
        for papers in lists[:SVMS_TIMED]:
            baseline.fit(papers, 0.1, others)
        theirs = (time.process_time() - began) * 1000 / min(SVMS_TIMED, len(lists))
        rows.append((f"fitting an SVM {name}", f"{theirs:.1f}", f"{theirs / ours:.0f}"))
    print(f"\nranking the papers since {since} for 100 readers at once")
    print_table(("by", "CPU ms a reader", "times"), rows)


def near_all(halves: list[list[int]]) -> list[list[int]]:
    from papers.meaning import near, recent

    recent.MOST_PAPERS = 200_000  # all, where the digest looks at those of the last days
    tastes = [near.Taste(liked=half, since=date.min, limit=max(DEPTHS)) for half in halves]
    return [[one.paper_id for one in found] for found in near.near_each(tastes)]


def measure(lists: list[list[int]], rank: Ranker) -> tuple[str, ...]:
    """Recall at each depth and CPU of a reader, what all readers share left out."""
    shown, hidden = [], []
    for papers in lists:
        for split in range(SPLITS):
            shuffled = random.Random(split).sample(papers, len(papers))
            middle = len(papers) // 2
            shown.append(shuffled[:middle])
            hidden.append(set(shuffled[middle:]))
    rank(shown[:1])
    began = time.process_time()
    ranked = rank(shown)
    cpu_ms = (time.process_time() - began) * 1000 / len(shown)
    recalls = [
        mean(len(h.intersection(r[:at])) / len(h) for h, r in zip(hidden, ranked, strict=True))
        for at in DEPTHS
    ]
    return (*(f"{recall:.3f}" for recall in recalls), f"{cpu_ms:.1f}")


if __name__ == "__main__":
    main()
