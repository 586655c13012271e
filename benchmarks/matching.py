"""How long new papers take to meet all saved searches, and in how much memory.

    python -m benchmarks.matching [--queries 300000] [--papers 1000] [--file PAPERS.jsonl.gz]

Makes and drops a database of its own. Texts are made up (words by Zipf's law, seeded) unless
--file names a papers file; searches are then made of its authors, categories and titles too.
"""

import argparse
import gzip
import json
import os
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import django

from benchmarks.site import print_table, running_site

TARGET_SECONDS = 60.0
REFERENCE_PAPERS = 20_000
VOCABULARY = 60_000
HEAD = ("what", "papers", "searches", "run", "matches", "seconds", "CPU s", "peak MB")
# A word that more papers hold is followed only beside a rarer one: a search that somebody reads
# every day brings a paper or two out of a thousand.
COMMON_SHARE = 0.002
CATEGORIES = ("cs.CL", "cs.CV", "cs.LG", "cs.RO", "math.CO", "stat.ML", "hep-th", "q-bio.NC")
# Shares of a hundred searches.
KINDS = {
    "author": 25,
    "two words": 20,
    "three words": 15,
    "phrase": 15,
    "word in category": 15,
    "word": 5,
    "prefix": 2,
    "either, not": 3,
}


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]


def made_up(number: int) -> Iterator[Text]:
    chance = random.Random(1)
    syllables = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "u", "an", "er")]
    words = [
        "".join(chance.choices(syllables, k=1 + n % 4)) + str(n % 7) for n in range(VOCABULARY)
    ]
    weights = [1 / (rank + 2.7) for rank in range(VOCABULARY)]
    names = [w.capitalize() for w in words[200:12_000]]
    for _paper in range(number):
        # Common words by the law, and in the title some that tell what it is about.
        text = chance.choices(words[300:], k=6) + chance.choices(words, weights, k=164)
        authors = tuple(" ".join(chance.choices(names, k=2)) for _ in range(chance.randint(1, 7)))
        categories = tuple(set(chance.choices(CATEGORIES, k=chance.randint(1, 3))))
        yield Text(" ".join(text[:10]), " ".join(text[10:]), authors, categories)


def read(path: Path, number: int) -> Iterator[Text]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        records = (json.loads(line) for line in file)
        whole = (each for each in records if each["authors"] and _are_codes(each["categories"]))
        for each in islice(whole, number):
            authors, categories = tuple(each["authors"]), tuple(each["categories"])
            yield Text(each["title"], each["abstract"], authors, categories)


def _are_codes(categories: list[str]) -> bool:
    return bool(categories) and max(map(len, categories)) < 20


def searches(texts: list[Text], number: int) -> dict[int, str]:
    """Distinct searches by hash, made of what the reference papers hold."""
    from papers.search.split import normal_form, query_hash
    from papers.search.tree import And, InCategory, Node, Not, Or, Phrase, Prefix, Word

    chance = random.Random(2)

    held = Counter(word for text in texts for word in set(text.abstract.lower().split()))
    common = len(texts) * COMMON_SHARE

    def plain(text: Text) -> list[str]:
        """Of a title what says what it is about: nobody follows "learning" alone."""
        found = [word for word in text.title.split() if word.isalnum()]
        return [w for w in found if held[w.lower()] < common] or plain(chance.choice(texts))

    def words(text: Text, count: int) -> Node:
        others = [word for word in text.title.split() if word.isalnum() and len(word) > 4]
        chosen = [chance.choice(plain(text)), *chance.choices(others or ["model"], k=count - 1)]
        return And(tuple(Word(word) for word in chosen))

    def phrase(text: Text) -> Node:
        title = text.title.replace('"', "").split()
        at = chance.randrange(max(len(title) - 2, 1))
        return Phrase(" ".join(title[at : at + 3]))

    makers: dict[str, Callable[[Text], Node]] = {
        "author": lambda text: Phrase(chance.choice(text.authors).replace('"', ""), "au"),
        "two words": lambda text: words(text, 2),
        "three words": lambda text: words(text, 3),
        "phrase": phrase,
        "word in category": lambda text: And(
            (Word(chance.choice(plain(text))), InCategory(chance.choice(text.categories)))
        ),
        "word": lambda text: Word(chance.choice(plain(text))),
        "prefix": lambda text: Prefix(chance.choice(plain(text))[:6]),
        "either, not": lambda text: And(
            (
                Or((phrase(text), Word(chance.choice(plain(text)), "ti"))),
                Not(Word(chance.choice(plain(text)))),
            )
        ),
    }
    kinds = chance.choices(list(KINDS), list(KINDS.values()), k=number * 4)
    found: dict[int, str] = {}
    for kind in kinds:
        tree = makers[kind](chance.choice(texts))
        if normal_form(tree):
            found.setdefault(query_hash(tree), str(tree))
        if len(found) == number:
            break
    return found


def fill_searches(found: dict[int, str]) -> None:
    from accounts.matching.needed import NEEDED_VERSION, needed
    from accounts.models import StandingQuery
    from papers.search.language import parse

    now = datetime.now(UTC)
    rows = (
        StandingQuery(
            hash=number,
            text=text,
            followers=1,
            needed=needed(parse(text).tree),
            needed_version=NEEDED_VERSION,
            seeded_at=now,
        )
        for number, text in found.items()
    )
    while some := list(islice(rows, 5000)):
        StandingQuery.objects.bulk_create(some)


def fill_papers(texts: Iterable[Text]) -> None:
    from papers.models import Category, Paper, PaperCategory

    today = datetime.now(UTC).date()
    texts = list(texts)
    codes = {code for text in texts for code in text.categories}
    Category.objects.bulk_create([Category(code=code) for code in codes], ignore_conflicts=True)
    papers = Paper.objects.bulk_create(
        Paper(
            arxiv_id=f"2611.{number:05}",
            title=text.title,
            abstract=text.abstract,
            authors=list(text.authors),
            announced_on=today,
        )
        for number, text in enumerate(texts)
    )
    PaperCategory.objects.bulk_create(
        PaperCategory(paper=paper, category_id=code)
        for paper, text in zip(papers, texts, strict=True)
        for code in set(text.categories)
    )


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(name: str, step: Callable[..., object]) -> tuple[tuple[str, ...], float]:
    now = datetime.now(UTC)
    began, cpu = time.perf_counter(), time.process_time()
    outcome = step(now=now)
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    counts = [f"{getattr(outcome, field):,}" for field in ("papers", "asked", "run", "added")]
    return (name, *counts, f"{seconds:.1f}", f"{used:.1f}", f"{memory_mb():.0f}"), seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--queries", type=int, default=300_000)
    parser.add_argument("--papers", type=int, default=1000)
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    number = options.papers + REFERENCE_PAPERS
    texts = list(read(options.file, number) if options.file else made_up(number))
    with running_site(None):
        django.setup()
        from accounts.matching import arrivals

        arrivals.match_arrivals(now=datetime.now(UTC))
        began = time.perf_counter()
        found = searches(texts[options.papers :], options.queries)
        fill_searches(found)
        print(f"{len(found):,} searches written in {time.perf_counter() - began:.0f} s")
        fill_papers(texts[: options.papers])
        before = memory_mb()
        first, seconds = measure("papers that came", arrivals.match_arrivals)
        again, _seconds = measure("looked at again", arrivals.recheck)
    print_table(HEAD, [first, again])
    print(f"peak memory before: {before:.0f} MB (the list of searches to write is in it)")
    verdict = "reached" if seconds <= TARGET_SECONDS else "missed"
    print(f"target {TARGET_SECONDS:.0f} s: {verdict}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
