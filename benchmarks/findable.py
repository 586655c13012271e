"""How soon papers can be found after they were stored, with a follower as a process of its own.

    python -m benchmarks.findable [--rounds 8] [--before 20000]

Synthetic papers are stored as ingest stores them, in one transaction of 1, of 100 and of 2,000; the
clock runs from its commit until `search` finds the last of them. Every second batch comes right
after the one before, the others after a quiet time: the follower gathers what comes in a row.
"""

import argparse
import random
import statistics
import time
from datetime import date

import django

from benchmarks.site import print_table, running_follower, running_site

SIZES = (1, 100, 2_000)
GIVEN_UP_SECONDS = 120.0
LONGEST_QUIET_SECONDS = 5.0
TODAY = date(2026, 3, 2)


class Papers:
    """Stores papers, each with a word in its title that no other has."""

    def __init__(self) -> None:
        self.count = 0

    def store(self, number: int) -> None:
        from benchmarks.corpus import Corpus
        from papers.feeds.records import PaperRecord
        from papers.ingest import ingest
        from papers.models import TextSource

        made = Corpus(number, seed=self.count).papers()
        records = [
            PaperRecord(
                title=f"{paper.title} unheard{self.count + paper.paper_id}",
                abstract=paper.abstract,
                authors=paper.authors,
                arxiv_id=_arxiv_id(self.count + paper.paper_id),
            )
            for paper in made
        ]
        ingest(records, text_source=TextSource.ARXIV, today=TODAY)
        self.count += number

    def seconds_until_found(self) -> float:
        """Wait until the paper stored last is found."""
        from papers.search.engine import IndexNotReady, search
        from papers.search.language import parse

        began, wanted = time.monotonic(), parse(f"ti:unheard{self.count}")
        while (waited := time.monotonic() - began) < GIVEN_UP_SECONDS:
            try:
                if search(wanted, limit=1, sort="new").hits:
                    break
            except IndexNotReady:
                pass
            time.sleep(0.02)
        return waited


def _arxiv_id(number: int) -> str:
    month, place = divmod(number, 90_000)
    return f"26{month + 1:02}.{place:05}"


def measure(papers: Papers, size: int, rounds: int) -> tuple[str, ...]:
    chance = random.Random(size)
    waited = []
    for number in range(rounds):
        if number % 2 == 0:
            time.sleep(chance.uniform(0.0, LONGEST_QUIET_SECONDS))
        papers.store(size)
        waited.append(papers.seconds_until_found())
    return f"{size:,}", f"{statistics.median(waited):.1f}", f"{max(waited):.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--before", type=int, default=20_000, help="papers there are at first")
    options = parser.parse_args()
    with running_site(None):
        django.setup()
        papers = Papers()
        with running_follower():
            papers.store(options.before)
            papers.seconds_until_found()
            rows = [measure(papers, size, options.rounds) for size in SIZES]
    head = ("papers in the transaction", "median seconds (10)", "worst")
    print_table(head, rows)


if __name__ == "__main__":
    main()
