"""How well each formula, told only what was known on the day, foresees what people will like.

    python -m benchmarks.trending

Recorded days of Hugging Face's list, each captured once, on the day itself; what came of its papers
is the most upvotes seen at least seven days after the listing. Each formula orders the papers of a
day by what was captured; the order is held against the later upvotes (nDCG@10 and Spearman's rank
correlation, means over days). Beside each stands what ours has less or more, with a 95 % interval:
the days are drawn anew 2,000 times. Hacker News (in its folk form), Reddit's "hot" and Lobsters are
as they were published.
"""

import gzip
import json
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from benchmarks.site import SHARED, print_table

LATER = timedelta(days=7)
LEAST_PAPERS = 5
DRAWS = 2000
TOP = 10
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper on the list of a day, as it was captured; `later` are upvotes seen afterwards."""

    paper_id: str
    upvotes: int
    comments: int
    stars: int | None
    published_at: datetime
    listed_at: datetime
    captured_at: datetime
    later: int

    @property
    def hours(self) -> float:
        return max((self.captured_at - self.listed_at).total_seconds() / 3600, 0.1)


def read_days(folder: Path) -> list[list[Listed]]:
    """Return the days of which at least five papers were seen again."""
    captured = {day: _moment(told["captured_at"]) for day, told in _index(folder).items()}
    seen = _history(folder / "upvote_history.jsonl.gz")
    days = []
    for day, moment in sorted(captured.items()):
        with gzip.open(folder / f"{day}.json.gz", "rt") as file:
            entries = json.load(file)
        papers = [paper for entry in entries if (paper := _listed(entry, day, moment, seen))]
        if len(papers) >= LEAST_PAPERS:
            days.append(papers)
    return days


def _index(folder: Path) -> dict[str, dict[str, str]]:
    rows = json.loads((folder / "index.json").read_text())
    return {row["date"]: row for row in (rows.values() if isinstance(rows, dict) else rows)}


def _history(path: Path) -> dict[str, list[tuple[datetime, int]]]:
    seen: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    with gzip.open(path, "rt") as lines:
        for line in lines:
            row = json.loads(line)
            seen[row["arxiv_id"]].append((_moment(row["captured_at"]), row["upvotes"]))
    return seen


def _listed(
    entry: dict[str, Any],
    day: str,
    captured_at: datetime,
    seen: dict[str, list[tuple[datetime, int]]],
) -> Listed | None:
    paper = entry["paper"]
    first_later = datetime.fromisoformat(day).replace(tzinfo=UTC) + LATER
    published = _moment(str(entry.get("publishedAt") or paper["publishedAt"]))
    listed = _moment(str(paper.get("submittedOnDailyAt") or published))
    later = [upvotes for at, upvotes in seen[paper["id"]] if at >= first_later]
    if not later:
        return None
    return Listed(
        paper["id"],
        int(paper.get("upvotes") or 0),
        int(entry.get("numComments") or 0),
        paper.get("githubStars"),
        published,
        listed,
        captured_at,
        max(later),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def formulas() -> dict[str, Callable[[Listed], float]]:
    """Each formula as a score of one paper, higher first, at the moment of the capture."""
    return {
        "ours": _ours,
        "upvotes": lambda paper: paper.upvotes,
        "Hacker News": lambda paper: max(paper.upvotes - 1, 0) ** 0.8 / (paper.hours + 2) ** 1.8,
        "Reddit hot": lambda paper: _log(paper.upvotes) + paper.listed_at.timestamp() / 45_000,
        "Lobsters": lambda paper: (
            _log(paper.upvotes + 1 + min(paper.upvotes, paper.comments / 2))
            + paper.listed_at.timestamp() / 79_200
        ),
        "newest first": lambda paper: paper.listed_at.timestamp(),
    }


def _ours(paper: Listed) -> float:
    from papers.ranking import score

    day = paper.published_at.date()
    return score(votes=0, upvotes=paper.upvotes, stars=paper.stars, announced_on=day).total


def _log(value: float) -> float:
    return math.log10(max(value, 1))


def judge(papers: Sequence[Listed], formula: Callable[[Listed], float]) -> tuple[float, float]:
    """Return nDCG@10, later upvotes being the gain, and Spearman's rho (0 where all are equal)."""
    scores = np.array([formula(paper) for paper in papers])
    later = np.array([paper.later for paper in papers], np.float64)
    by_number = sorted(range(len(papers)), key=lambda at: papers[at].paper_id)
    order = sorted(by_number, key=lambda at: -scores[at])
    return _gain(later[order]) / _gain(-np.sort(-later)), _correlation(scores, later)


def _gain(later: Floats) -> float:
    top = later[:TOP]
    return float((top / np.log2(np.arange(2, len(top) + 2))).sum())


def _correlation(scores: Floats, later: Floats) -> float:
    ranks = rankdata(scores), rankdata(later)
    if any(np.ptp(each) == 0 for each in ranks):
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def compare(days: Sequence[Sequence[Listed]]) -> list[tuple[str, ...]]:
    figures = {
        name: np.array([judge(papers, formula) for papers in days])
        for name, formula in formulas().items()
    }
    drawn = np.random.default_rng(1).integers(0, len(days), (DRAWS, len(days)))
    return [_row(name, found, figures["ours"], drawn) for name, found in figures.items()]


def _row(name: str, found: Floats, ours: Floats, drawn: NDArray[np.int64]) -> tuple[str, ...]:
    cells = [name]
    for at in (0, 1):
        differences = (ours - found)[:, at][drawn].mean(axis=1)
        low, high = np.percentile(differences, [2.5, 97.5])
        verdict = "behind" if high < 0 else "ahead" if low > 0 else "level"
        said = "" if name == "ours" else f"{low:+.3f} to {high:+.3f} {verdict}"
        cells += [f"{found[:, at].mean():.3f}", said]
    return tuple(cells)


def main() -> None:
    django.setup()
    folder = SHARED / "hf_daily"
    if not folder.is_dir():
        raise SystemExit(f"There are no recorded days in {folder}.")
    days = read_days(folder)
    print(f"{sum(map(len, days))} papers of {len(days)} days, {LEAST_PAPERS} or more a day")
    head = ("formula", "nDCG@10", "ours less this, 95 %", "Spearman", "ours less this, 95 %")
    print_table(head, compare(days))


if __name__ == "__main__":
    main()
