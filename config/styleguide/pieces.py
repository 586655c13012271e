"""What is no card and no form: colours and sizes, pagers, charts, the signs of days."""

from datetime import date, timedelta

from papers.charts import Series, draw
from papers.coverage.strip import CategoryStrip, Cell, looks
from papers.models import Paper
from papers.months import chart_months
from papers.paging import Page
from papers.search.facets import FacetCount
from readinglists.states import Progress

# Names of variables.css; static/css/styleguide.css has a swatch for each.
COLOURS = [
    *("paper", "panel", "ink", "muted", "rule", "rule-strong", "accent", "accent-ink"),
    *("good", "warn", "mark", "focus"),
]
SPACES = ["space-1", "space-2", "space-3", "space-4", "space-5", "space-6", "target"]
TYPES = ["text-s", "text-m", "text-l", "text-xl", "text-xxl"]
DAY = date(2026, 3, 2)


def samples() -> dict[str, object]:
    middle: Page[Paper] = Page(items=[], number=2, size=20, has_next=True)
    return {
        "page": middle,
        "previous_day": DAY - timedelta(days=3),
        "next_day": DAY + timedelta(days=1),
        "growth": draw([_series("votes", 3), _series("stars", 140)]),
        "months": chart_months(_months(), today=DAY),
        "strips": [CategoryStrip(code, _cells()) for code in ("cs.CL", "cs.LG")],
        "looks": list(looks().values()),
        "progress": Progress(total=40, to_read=12, reading=3, read=17),
        "takings": [("BibTeX", "#take"), ("RIS", "#take"), ("CSV", "#take")],
    }


def _series(label: str, step: int) -> Series:
    days = [0, 1, 2, 3, 5, 8, 20, 22]
    return Series(label, [(DAY + timedelta(days=n), n * step + n % 3) for n in days])


def _months() -> list[FacetCount]:
    counts = enumerate([3, 14, 9, 22, 31, 18, 40, 52, 47, 60, 58, 71], start=1)
    return [FacetCount(f"2025-{month:02d}", count) for month, count in counts]


def _cells() -> list[Cell]:
    """Every look in turn, over thirty days."""
    every = list(looks().values())
    return [
        Cell(DAY + timedelta(days=n), look := every[n % len(every)], look.meaning, look.name)
        for n in range(30)
    ]
