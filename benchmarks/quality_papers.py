"""Quality on the shared papers: known items, the phrase of a saved search, half-hidden lists."""

import json
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from statistics import mean

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from benchmarks.site import print_table
from papers.meaning import near, recent, slots
from papers.models import Paper, TextSource
from papers.search import follower
from papers.search.engine import search
from papers.search.language import parse
from papers.search.likeness import more_like

KNOWN_ITEMS = 1000
TITLE_WORDS = 4
SEED_QUERY = "decoder-only"
LEAST_LISTED = 8
SPLITS = 3
OTHERS = 10_000  # papers that stand for all that is not listed


def is_filled() -> bool:
    return Paper.objects.count() > KNOWN_ITEMS


def measure(shared: Path) -> None:
    if slots.live() is None:
        slots.refresh(now=timezone.now())
    measure_known_items()
    measure_seed(shared / "seed_decoder_only.json")
    measure_lists(shared / "judged" / "reading_lists")


def measure_known_items() -> None:
    chance = random.Random(1)
    numbers = chance.sample(list(Paper.objects.values_list("pk", flat=True)), KNOWN_ITEMS)
    papers = list(Paper.objects.filter(pk__in=numbers).order_by("pk"))
    by_author = [paper for paper in papers if paper.authors and paper.announced_on]
    rows = [
        ask_for("four words of the title", papers, lambda p: four_words(p.title, chance), "0.970"),
        ask_for("title with a slip", papers, lambda p: with_slip(p.title, chance), "0.850"),
        ask_for("first author and year", by_author, author_and_year, "0.900 in first 10"),
    ]
    head = ("known item", "papers", "MRR", "first", "in first 10", "wanted", "ms", "ms p95")
    print_table(head, rows)


def ask_for(
    name: str, papers: list[Paper], write: Callable[[Paper], str], wanted: str
) -> tuple[str, ...]:
    ranks, times = [], []
    for paper in papers:
        text = write(paper)
        began = time.perf_counter()
        found = [hit.paper_id for hit in search(parse(text), limit=20).hits]
        times.append((time.perf_counter() - began) * 1000)
        ranks.append(found.index(paper.pk) + 1 if paper.pk in found else 0)
    shares = (
        mean(1 / rank if rank else 0 for rank in ranks),
        mean(rank == 1 for rank in ranks),
        mean(0 < rank <= 10 for rank in ranks),
    )
    p95 = sorted(times)[int(len(times) * 0.95)]
    figures = [f"{share:.3f}" for share in shares]
    return name, str(len(papers)), *figures, wanted, f"{statistics.median(times):.1f}", f"{p95:.1f}"


def four_words(title: str, chance: random.Random) -> str:
    words = re.findall(r"[^\W\d_]{3,}", title) or title.split()
    places = sorted(chance.sample(range(len(words)), min(TITLE_WORDS, len(words))))
    return " ".join(words[place] for place in places)


def with_slip(title: str, chance: random.Random) -> str:
    """One letter of one longer word left out, doubled, changed, or exchanged with the next."""
    places = [match.span() for match in re.finditer(r"[a-zA-Z]{5,}", title)]
    if not places:
        return title
    start, end = chance.choice(places)
    at = chance.randrange(start + 1, end - 1)
    before, letter, following, after = title[:at], title[at], title[at + 1], title[at + 2 :]
    slips = (following, letter * 2 + following, chance.choice("etaoinsr") + following)
    return before + chance.choice((*slips, following + letter)) + after


def author_and_year(paper: Paper) -> str:
    year = paper.announced_on.year if paper.announced_on else ""
    return f'au:"{paper.authors[0]}" date:{year}'


def measure_seed(path: Path) -> None:
    """Every rank of the seed's papers; they are put into the site where they are missing."""
    seed = json.loads(path.read_text())
    for row in seed:
        if not Paper.objects.filter(title=row["title"]).exists():
            Paper.objects.create(**row, text_source=TextSource.FILE)
    follower.index_now()
    slots.follow()
    found = search(parse(SEED_QUERY), limit=1000)
    place_of = {hit.paper_id: n for n, hit in enumerate(found.hits, 1)}
    near_ones = {hit.paper_id for hit in found.hits if hit.is_near}
    rows: list[tuple[str, ...]] = []
    for number, row in enumerate(seed, 1):
        pk = Paper.objects.filter(title=row["title"]).values_list("pk", flat=True)[0]
        rank, is_near = str(place_of.get(pk, "-")), "near" if pk in near_ones else ""
        rows.append((str(number), rank, holding(row), is_near, row["title"][:60]))
    print(f"\n{SEED_QUERY}: {found.total} hold it, {found.near} near")
    print_table(("in the seed", "rank", "holds it in", "", "title"), rows)


def holding(row: dict[str, str]) -> str:
    for where in ("title", "abstract"):
        if re.search(r"decoder[\s-]+only", row[where], re.IGNORECASE):
            return where
    return "neither"


def measure_lists(folder: Path) -> None:
    lists = read_lists(folder)
    baseline = Baseline()
    rows = []
    for name, rank in (
        ("TF-IDF SVM (arxiv-sanity's), C 0.1", lambda half: baseline.rank(half, 0.1)),
        ("TF-IDF SVM, C 1", lambda half: baseline.rank(half, 1.0)),
        ("as the digest ranks what is near", by_vectors),
        ("more like this list", lambda half: [one.paper_id for one in more_like(half, limit=500)]),
    ):
        figures = {kind: measure_halves(some, rank) for kind, some in lists.items()}
        shown = [f"{value:.3f}" for figure in figures.values() for value in figure[:2]]
        times = [ms for figure in figures.values() for ms in figure[2]]
        rows.append((name, *shown, f"{statistics.median(times):.1f}"))
    head = [f"{kind} @{at}" for kind, some in lists.items() for at in (100, 500)]
    print(f"\nhalf-hidden lists: {', '.join(f'{len(s)} {k}' for k, s in lists.items())}")
    print_table(("by", *head, "ms a list"), rows)


def read_lists(folder: Path) -> dict[str, list[list[int]]]:
    """Sections on a subject, and months of "papers of the week", which have none."""
    numbers = dict(Paper.objects.exclude(arxiv_id=None).values_list("arxiv_id", "pk"))
    lists: dict[str, list[list[int]]] = {"subjects": [], "months": []}
    for path in sorted(folder.glob("*.json")):
        months: dict[str, list[int]] = {}
        for section in json.loads(path.read_text())["sections"]:
            there = [numbers[pk] for pk in section["arxiv_ids"] if pk in numbers]
            month = re.search(r"\((\w+) .*(\d{4})", section["path"][-1])
            if month:
                months.setdefault(" ".join(month.groups()), []).extend(there)
            elif len(set(there)) >= LEAST_LISTED:
                lists["subjects"].append(list(dict.fromkeys(there)))
        chosen = (list(dict.fromkeys(some)) for some in months.values())
        lists["months"] += [some for some in chosen if len(some) >= LEAST_LISTED]
    return {kind: some for kind, some in lists.items() if some}


def measure_halves(
    lists: list[list[int]], rank: Callable[[list[int]], Sequence[int]]
) -> tuple[float, float, list[float]]:
    found: list[tuple[float, float]] = []
    times = []
    for listed in lists:
        for split in range(SPLITS):
            shuffled = random.Random(split).sample(listed, len(listed))
            shown, hidden = shuffled[: len(listed) // 2], set(shuffled[len(listed) // 2 :])
            began = time.perf_counter()
            ranked = rank(shown)
            times.append((time.perf_counter() - began) * 1000)
            parts = (len(hidden.intersection(ranked[:at])) / len(hidden) for at in (100, 500))
            found.append((next(parts), next(parts)))
    return mean(each[0] for each in found), mean(each[1] for each in found), times


def by_vectors(half: list[int]) -> list[int]:
    recent.MOST_PAPERS = 200_000  # all, where the digest looks at those of the last days
    (found,) = near.near_each([near.Taste(liked=half, since=date.min, limit=500)])
    return [one.paper_id for one in found]


class Baseline:
    """arxiv-sanity's: TF-IDF of words, and for each list a linear SVM against other papers."""

    def __init__(self) -> None:
        rows = Paper.objects.order_by("pk").values_list("pk", "title", "abstract")
        self.numbers = [pk for pk, _title, _abstract in rows]
        texts = [f"{title} {abstract}" for _pk, title, abstract in rows]
        vectorizer = TfidfVectorizer(
            strip_accents="unicode",
            stop_words="english",
            sublinear_tf=True,
            min_df=5,
            max_df=0.1,
            max_features=20_000,
        )
        self.matrix: csr_matrix = vectorizer.fit_transform(texts)
        self.place = {number: n for n, number in enumerate(self.numbers)}
        self.all = range(len(texts))
        self.others = random.Random(1).sample(range(len(texts)), min(OTHERS, len(texts)))

    def rank(self, half: list[int], strictness: float) -> list[int]:
        scores = self.matrix @ self.fit(half, strictness, self.others)
        scores[[self.place[number] for number in half]] = -1e9
        return [self.numbers[n] for n in (-scores).argsort()[:500]]

    def fit(self, half: list[int], strictness: float, others: Sequence[int]) -> NDArray[np.float64]:
        """Return the weight of each term for one list against the papers at `others`."""
        listed = [self.place[number] for number in half]
        against = sorted(set(others) - set(listed))
        rows = vstack([self.matrix[listed], self.matrix[against]])
        svm = LinearSVC(class_weight="balanced", C=strictness)
        svm.fit(rows, [1] * len(listed) + [0] * len(against))
        weights: NDArray[np.float64] = svm.coef_[0]
        return weights
