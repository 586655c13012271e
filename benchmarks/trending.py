"""How well each formula, told only what was known then, foresees what people will like.

    python -m benchmarks.trending

Two kinds of order are judged, by nDCG@10 and Spearman's rank correlation, means over pages; beside
each formula stands what ours has more or less, with a 95 % interval (the pages are drawn anew
2,000 times). Within a day: the papers of one list as captured on the day, against the most upvotes
seen seven days after the listing or later, and against those of the next Monday (more papers).
On mixed front pages: papers of several days, against the upvotes they gained afterwards. Hacker
News (in its folk form), Reddit's "hot" and Lobsters are as they were published. Last comes how
fast upvotes fall off with age (age_curve.py).
"""

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import django
import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from benchmarks.age_curve import print_curve
from benchmarks.recorded_days import (
    Listed,
    Record,
    month_of,
    next_monday,
    read_record,
)
from benchmarks.site import SHARED, print_table
from papers import ranking

LATER_DAYS = 7
LEAST_PAPERS = 5
LEAST_LEFT = timedelta(days=3)  # between a front page and the list that tells what became of it
TENFOLDS = (2.0, 3.0, 4.0, 5.0, 8.0, 12.0)
DRAWS = 2000
TOP = 10
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper on a page at a moment, with what was known then; `target` is what came later."""

    paper: Listed
    moment: datetime
    upvotes: int
    target: int

    @property
    def hours(self) -> float:
        return max((self.moment - self.paper.listed_at).total_seconds() / 3600, 0.1)

    @property
    def noticed_on(self) -> date:
        # arXiv announces on the evening after the submission, by UTC the next day.
        announced_on = self.paper.published_at.astimezone(UTC).date() + timedelta(1)
        return ranking.day_noticed(announced_on, self.paper.listed_on)


Page = list[Shown]
Formula = Callable[[Shown], float]


def within_days(record: Record, later: Callable[[Listed], int | None]) -> list[Page]:
    """A page a day: the papers of its list that were seen again."""
    return [
        [
            Shown(paper, paper.captured_at, paper.upvotes, upvotes)
            for paper in papers
            if (upvotes := later(paper)) is not None
        ]
        for _day, papers in sorted(record.days.items())
    ]


def newest_lists(record: Record) -> list[Page]:
    """Today's list and yesterday's, Tuesdays to Fridays, until the next Monday's list."""
    pages = []
    for day, papers in sorted(record.days.items()):
        before = record.days.get(day - timedelta(1), [])
        told_at = record.mondays.get(next_monday(day))
        if day.weekday() in (1, 2, 3, 4) and papers and before and told_at:
            moment = papers[0].captured_at
            pages.append(
                [_gained(paper, moment, paper.on_next_monday()) for paper in papers + before]
            )
    return pages


def with_today(record: Record) -> list[Page]:
    """Mondays: today's list and those of the week before, until the month's list.

    A paper absent from that list is counted as having gained nothing more, which favours papers
    with many upvotes already.
    """
    pages = []
    for day, papers in sorted(record.days.items()):
        month = record.months.get(month_of(day))
        if day.weekday() or not papers or not month:
            continue
        moment = papers[0].captured_at
        if month.at - moment >= LEAST_LEFT:
            shown = [paper for each in _back(record, day, range(8)) for paper in each]
            pages.append([_gained(p, moment, month.upvotes.get(p.paper_id)) for p in shown])
    return pages


def without_today(record: Record) -> list[Page]:
    """Mondays as they begin: the lists of the week before, until the month's list; only papers
    sure of a place on it, whatever they gain."""
    pages = []
    for monday, moment in sorted(record.mondays.items()):
        month = record.months.get(month_of(monday - timedelta(3)))
        if not month or month.at - moment < LEAST_LEFT:
            continue
        papers = [p for each in _back(record, monday, range(3, 8)) for p in each]
        sure = [p for p in papers if p.known(moment) >= month.least and p.on_next_monday()]
        pages.append([_gained(p, moment, month.upvotes.get(p.paper_id)) for p in sure])
    return pages


def _back(record: Record, day: date, days: range) -> list[list[Listed]]:
    """The lists so many days before, where of the same month as the newest of them."""
    listed = [day - timedelta(back) for back in days]
    month = month_of(max(listed))
    return [record.days.get(each, []) for each in listed if month_of(each) == month]


def _gained(paper: Listed, moment: datetime, later: int | None) -> Shown:
    known = paper.known(moment)
    return Shown(paper, moment, known, max((later or 0) - known, 0))


def formulas() -> dict[str, Formula]:
    """Each formula as a score of one paper, higher first, at the moment of the page."""
    return {
        "ours": _ours,
        "upvotes": lambda shown: shown.upvotes,
        "Hacker News": lambda shown: max(shown.upvotes - 1, 0) ** 0.8 / (shown.hours + 2) ** 1.8,
        "Reddit hot": lambda shown: _log(shown.upvotes) + _seconds(shown) / 45_000,
        "Lobsters": lambda shown: (
            _log(shown.upvotes + 1 + min(shown.upvotes, shown.paper.comments / 2))
            + _seconds(shown) / 79_200
        ),
        "newest first": _seconds,
    }


def _ours(shown: Shown) -> float:
    from papers.ranking import Counts, score

    return score(Counts(upvotes=shown.upvotes), shown.noticed_on).total


def ours_with(tenfold: float) -> Formula:
    from papers.ranking import Counts, batch_number, score

    def formula(shown: Shown) -> float:
        popularity = score(Counts(upvotes=shown.upvotes), shown.noticed_on).popularity
        return popularity + batch_number(shown.noticed_on) / tenfold

    return formula


def _seconds(shown: Shown) -> float:
    return shown.paper.listed_at.timestamp()


def _log(value: float) -> float:
    return math.log10(max(value, 1))


def judge(page: Sequence[Shown], formula: Formula) -> tuple[float, float]:
    """Return nDCG@10, what came later being the gain, and Spearman's rho (0 if all are equal)."""
    scores = np.array([formula(shown) for shown in page])
    target = np.array([shown.target for shown in page], np.float64)
    by_number = sorted(range(len(page)), key=lambda at: page[at].paper.paper_id)
    order = sorted(by_number, key=lambda at: -scores[at])
    return _gain(target[order]) / _gain(-np.sort(-target)), _correlation(scores, target)


def _gain(target: Floats) -> float:
    top = target[:TOP]
    return float((top / np.log2(np.arange(2, len(top) + 2))).sum())


def _correlation(scores: Floats, target: Floats) -> float:
    ranks = rankdata(scores), rankdata(target)
    if any(np.ptp(each) == 0 for each in ranks):
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def print_comparison(title: str, pages: Sequence[Page]) -> None:
    judged = judgeable(pages)
    print(f"\n{title}: {_count(judged)} of {LEAST_PAPERS} papers or more")
    print(f"({_count([page for page in pages if page])} with the smaller ones)")
    if not judged:
        return
    figures = {
        name: np.array([judge(page, formula) for page in judged])
        for name, formula in formulas().items()
    }
    drawn = np.random.default_rng(1).integers(0, len(judged), (DRAWS, len(judged)))
    head = ("formula", "nDCG@10", "ours less this, 95 %", "Spearman", "ours less this, 95 %")
    rows = [_row(name, found, figures["ours"], drawn) for name, found in figures.items()]
    print_table(head, rows)


def judgeable(pages: Sequence[Page]) -> list[Page]:
    """The pages of at least five papers on which there is anything to foresee."""
    return [page for page in pages if len(page) >= LEAST_PAPERS and any(s.target for s in page)]


def _count(pages: Sequence[Page]) -> str:
    papers = {shown.paper.paper_id for page in pages for shown in page}
    return f"{len(papers):,} papers on {len(pages)} pages"


def _row(name: str, found: Floats, ours: Floats, drawn: NDArray[np.int64]) -> tuple[str, ...]:
    cells = [name]
    for at in (0, 1):
        differences = (ours - found)[:, at][drawn].mean(axis=1)
        low, high = np.percentile(differences, [2.5, 97.5])
        verdict = "behind" if high < 0 else "ahead" if low > 0 else "level"
        said = "" if name == "ours" else f"{low:+.3f} to {high:+.3f} {verdict}"
        cells += [f"{found[:, at].mean():.3f}", said]
    return tuple(cells)


def print_tenfolds(views: dict[str, list[Page]]) -> None:
    """nDCG@10 and Spearman of our formula with other constants of newness."""
    print("\nBATCHES_PER_TENFOLD tried: nDCG@10 / Spearman")
    judged = {name: found for name, pages in views.items() if (found := judgeable(pages))}
    rows = []
    for tenfold in TENFOLDS:
        formula = ours_with(tenfold)
        means = [
            np.array([judge(page, formula) for page in pages]).mean(axis=0)
            for pages in judged.values()
        ]
        rows.append((f"{tenfold:g}", *(f"{ndcg:.3f} / {rho:.3f}" for ndcg, rho in means)))
    print_table(("batches", *judged), rows)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    folder = SHARED / "hf_daily"
    if not folder.is_dir():
        raise SystemExit(f"There are no recorded days in {folder}.")
    record = read_record(folder)
    print(f"{sum(map(len, record.days.values())):,} papers on the lists of {len(record.days)} days")
    seen_again = within_days(record, lambda paper: paper.seen_later(LATER_DAYS))
    print_comparison("Within a day, seen again after 7 days", seen_again)
    print_comparison("Within a day, next Monday", within_days(record, Listed.on_next_monday))
    views = {
        "today's and yesterday's list": newest_lists(record),
        "today's and last week's": with_today(record),
        "last week's": without_today(record),
    }
    for title, pages in views.items():
        print_comparison(f"Front page of {title}", pages)
    print_tenfolds(views)
    print_curve(record)


if __name__ == "__main__":
    main()
