"""How well each formula, told only what was known on the day, foresees what people will like.

    python -m benchmarks.trending

Two questions, asked of benchmarks/recorded_days.py. One day: the papers of one day's list, in the
order of what was captured, held against the most upvotes seen at least seven days later. Front
page: on each day those of the last seven days that were seen within two days before, held against
the upvotes that were still to come; here a formula has to weigh newness against support.

nDCG@10 and Spearman's rank correlation, means over days; beside each stands what ours has less or
more, with a 95 % interval: the days are drawn anew 2,000 times. Hacker News (in its folk form),
Reddit's "hot" and Lobsters are as they were published. Last, how gains fall with age, for "rising".
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import django
import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from benchmarks.recorded_days import (
    LEAST_PAPERS,
    Listed,
    Seen,
    Sight,
    read_days,
    read_history,
    read_listing_days,
)
from benchmarks.site import SHARED, print_table

DRAWS = 2000
TOP = 10
FRONT_PAGE_DAYS = timedelta(days=7)
SEEN_WITHIN = timedelta(days=2)
OLDEST_BATCHES = 12
LONGEST_GAP_DAYS = 4.0
Floats = NDArray[np.float64]
Formula = Callable[[Listed], float]
Gain = tuple[float, float]  # upvotes, and the days in which they came


@dataclass(frozen=True, slots=True)
class Question:
    """Papers to be put in order, and the gain that each turned out to be worth."""

    papers: tuple[Listed, ...]
    gains: Floats


def of_each_day(days: Sequence[Sequence[Listed]]) -> list[Question]:
    return [
        Question(tuple(papers), np.array([paper.later for paper in papers], np.float64))
        for papers in days
    ]


def of_front_pages(days: Sequence[Sequence[Listed]], seen: Seen) -> list[Question]:
    """On each day the papers of that day's list and of the six days before it, as last seen."""
    found = []
    for papers in days:
        now, last = papers[0].captured_at, papers[0].listed_on
        shown = [
            known
            for several in days
            for paper in several
            if last - FRONT_PAGE_DAYS < paper.listed_on <= last
            and (known := _as_seen(paper, seen[paper.paper_id], now))
        ]
        to_come = [max(paper.later - paper.upvotes, 0) for paper in shown]
        if len({paper.listed_on for paper in shown}) > 1 and any(to_come):
            found.append(Question(tuple(shown), np.array(to_come, np.float64)))
    return found


def _as_seen(paper: Listed, sights: Sequence[Sight], now: datetime) -> Listed | None:
    """The paper with the upvotes that were seen last before `now`; None: not lately."""
    captured = (paper.captured_at, paper.upvotes)
    at, upvotes = max(sight for sight in (captured, *sights) if sight[0] <= now)
    if now - at > SEEN_WITHIN:
        return None
    return replace(paper, upvotes=upvotes, captured_at=now)


def formulas() -> dict[str, Formula]:
    """Each formula as a score of one paper, higher first, at the moment of the capture."""
    return {
        "ours": ours(),
        "upvotes": lambda paper: paper.upvotes,
        "Hacker News": lambda paper: max(paper.upvotes - 1, 0) ** 0.8 / (paper.hours + 2) ** 1.8,
        "Reddit hot": lambda paper: _log(paper.upvotes) + paper.listed_at.timestamp() / 45_000,
        "Lobsters": lambda paper: (
            _log(paper.upvotes + 1 + min(paper.upvotes, paper.comments / 2))
            + paper.listed_at.timestamp() / 79_200
        ),
        "newest first": lambda paper: paper.listed_at.timestamp(),
    }


def ours(batches_per_tenfold: float | None = None) -> Formula:
    """Stars gained are not known here: each day was captured once."""
    from papers import ranking

    tenfold = batches_per_tenfold or ranking.BATCHES_PER_TENFOLD

    def score(paper: Listed) -> float:
        noticed = ranking.day_noticed(paper.published_at.date(), paper.listed_on)
        found = ranking.score(ranking.Counts(upvotes=paper.upvotes), noticed)
        return found.popularity + found.newness * ranking.BATCHES_PER_TENFOLD / tenfold

    return score


def _log(value: float) -> float:
    return math.log10(max(value, 1))


def judge(question: Question, formula: Formula) -> tuple[float, float]:
    """Return nDCG@10 and Spearman's rho (0 where all are equal)."""
    scores = np.array([formula(paper) for paper in question.papers])
    by_number = sorted(range(len(scores)), key=lambda at: question.papers[at].paper_id)
    order = sorted(by_number, key=lambda at: -scores[at])
    best = _gain(-np.sort(-question.gains))
    return _gain(question.gains[order]) / best, _correlation(scores, question.gains)


def _gain(gains: Floats) -> float:
    top = gains[:TOP]
    return float((top / np.log2(np.arange(2, len(top) + 2))).sum())


def _correlation(scores: Floats, gains: Floats) -> float:
    ranks = rankdata(scores), rankdata(gains)
    if any(np.ptp(each) == 0 for each in ranks):
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def compare(questions: Sequence[Question], asked: dict[str, Formula]) -> None:
    figures = {
        name: np.array([judge(question, formula) for question in questions])
        for name, formula in asked.items()
    }
    drawn = np.random.default_rng(1).integers(0, len(questions), (DRAWS, len(questions)))
    head = ("formula", "nDCG@10", "ours less this, 95 %", "Spearman", "ours less this, 95 %")
    rows = [_row(name, found, figures["ours"], drawn) for name, found in figures.items()]
    print_table(head, rows)


def _row(name: str, found: Floats, ours: Floats, drawn: NDArray[np.int64]) -> tuple[str, ...]:
    cells = [name]
    for at in (0, 1):
        differences = (ours - found)[:, at][drawn].mean(axis=1)
        low, high = np.percentile(differences, [2.5, 97.5])
        verdict = "behind" if high < 0 else "ahead" if low > 0 else "level"
        said = "" if name == "ours" else f"{low:+.3f} to {high:+.3f} {verdict}"
        cells += [f"{found[:, at].mean():.3f}", said]
    return tuple(cells)


def gains_by_age(listed: dict[str, date], seen: Seen) -> dict[int, list[Gain]]:
    """Return by age in batches what papers gained between two sights, and in how many days.

    Only of papers that a feed of the week or month still held: those liked more than most.
    """
    from papers.ranking import batch_number

    found: dict[int, list[Gain]] = {}
    for paper_id, listed_on in listed.items():
        for (first, before), (second, after) in pairwise(sorted(seen[paper_id])):
            middle = (first + (second - first) / 2).date()
            age = max(batch_number(middle) - batch_number(listed_on), 0)
            spent = (second - first).total_seconds() / 86_400
            if age <= OLDEST_BATCHES and 0.3 < spent <= LONGEST_GAP_DAYS and after >= before:
                found.setdefault(age, []).append((after - before, spent))
    return found


def print_ages(found: dict[int, list[Gain]]) -> None:
    ages = [age for age in sorted(found) if age and len(found[age]) >= 10]
    rates = {age: _rate(found[age]) for age in ages}
    rows: list[tuple[str, ...]] = [
        (str(age), str(len(found[age])), f"{rates[age]:.2f}") for age in ages
    ]
    print_table(("age in batches", "pairs of sights", "upvotes a day"), rows)
    chance = np.random.default_rng(1)
    drawn = [_exponent({age: _drawn(found[age], chance) for age in ages}) for _ in range(500)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    print(f"gains fall with (1 + age) ^ -{_exponent(found, ages):.2f} ({low:.2f} to {high:.2f})")


def _drawn(pairs: list[Gain], chance: np.random.Generator) -> list[Gain]:
    return [pairs[at] for at in chance.integers(0, len(pairs), len(pairs))]


def _rate(pairs: list[Gain]) -> float:
    return sum(gain for gain, _days in pairs) / sum(days for _gain, days in pairs)


def _exponent(found: dict[int, list[Gain]], ages: Sequence[int] | None = None) -> float:
    """The slope of log gain against log (1 + age), ages weighing as many pairs as they have."""
    chosen = [age for age in (ages or sorted(found)) if _rate(found[age]) > 0]
    across = np.log([1.0 + age for age in chosen])
    up = np.log([_rate(found[age]) for age in chosen])
    weights = np.sqrt([len(found[age]) for age in chosen])
    return -float(np.polyfit(across, up, 1, w=weights)[0])


def main() -> None:
    django.setup()
    folder = SHARED / "hf_daily"
    if not folder.is_dir():
        raise SystemExit(f"There are no recorded days in {folder}.")
    days = read_days(folder)
    seen = read_history(folder / "upvote_history.jsonl.gz")
    each, together = of_each_day(days), of_front_pages(days, seen)
    print(f"One day: {sum(map(len, days))} papers of {len(days)} days with {LEAST_PAPERS} or more")
    compare(each, formulas())
    papers = sum(len(question.papers) for question in together)
    print(f"\nFront page: {papers} places of {len(together)} days, by upvotes still to come")
    compare(together, formulas())
    print("\nFront page, other numbers of batches for a tenfold")
    compare(together, {"ours": ours()} | {f"{n} batches": ours(n) for n in (1, 3, 5, 8, 50)})
    print()
    print_ages(gains_by_age(read_listing_days(folder), seen))


if __name__ == "__main__":
    main()
