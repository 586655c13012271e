"""The trending formula: what a paper's score is made of.

Pure: it decides an order from public numbers alone, and never looks at who reads, at the clock or
at the database. Formula, constants and a worked example for readers: docs/ranking.md.

    support    = vote * votes + save * saves + upvote * upvotes + star * stars gained
                 + citation * citations
    popularity = log10(1 + support)
    newness    = batch_number(noticed_on) / BATCHES_PER_TENFOLD
    score      = popularity + newness, less UNSUPPORTED while support is 0
    rising     = gain * (1 + age in batches) ** RISING_EXPONENT

Newness is a constant of the day on which the paper was noticed, so growing older rewrites no row:
newer papers simply start higher (the static form of Reddit's "hot", reddit/r2/lib/db/_sorts.pyx).
The last term keeps a day's thousand papers that nobody has looked at behind what somebody liked.
Constants and weights were chosen by benchmarks/trending.py; see docs/decisions.md, "Trending".
"""

import math
from dataclasses import dataclass, fields
from datetime import date, timedelta

FORMULA_VERSION = 2
BATCHES_PER_TENFOLD = 5.0  # a week of announcements weighs as much as ten times the support
NOTICED_WITHIN = timedelta(days=30)  # Hugging Face lists few papers later than that
STEP = 0.5  # of popularity, about three times the support, counted as one rise
FIRST_RISE = 2  # steps: below it (9 votes or 18 upvotes) a paper has not "risen"
RISING_EXPONENT = 2.0  # how gains fall with age: benchmarks/age_curve.py
UNSUPPORTED = 1000.0  # what a score is less by while nobody showed interest
RISING_LEAST_GAIN = 4.0  # eight upvotes in two days; of less, most is chance
RISING_OLDEST_BATCHES = 10  # beyond two weeks a few upvotes would outweigh any first day

EPOCH = date(1990, 1, 1)  # a Monday, before arXiv's first announcement


@dataclass(frozen=True, slots=True)
class Weights:
    """How much one of each counts; an administrator may change them (papers/trending/weights.py).

    A star is one gained since the repository was first looked at: an older one brings thousands
    along that say nothing of the paper.
    """

    vote: float = 1.0
    save: float = 1.0
    upvote: float = 0.5
    star: float = 0.1
    citation: float = 0.5


DEFAULT_WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Counts:
    """What is known of one paper; None is a number that no source gave, and adds nothing."""

    votes: int = 0
    saves: int = 0
    upvotes: int | None = None
    stars_gained: int | None = None
    citations: int | None = None


# The weight and the count of each kind, in the order in which they are told.
TERMS = tuple(
    (weight.name, count.name) for weight, count in zip(fields(Weights), fields(Counts), strict=True)
)


@dataclass(frozen=True, slots=True)
class Score:
    """All terms are kept, so that a page can show how a score came about."""

    popularity: float
    newness: float

    @property
    def total(self) -> float:
        return self.popularity + self.newness - (0.0 if self.popularity > 0 else UNSUPPORTED)


def batch_number(day: date) -> int:
    """Return how many announcement days (Monday to Friday) passed from 1990-01-01 to `day`.

    arXiv announces five times a week (https://info.arxiv.org/help/availability.html), so age is
    counted in announcements, not hours; a weekend day counts as the Monday after it.
    """
    weeks, weekday = divmod((day - EPOCH).days, 7)
    return weeks * 5 + min(weekday, 5)


def day_noticed(announced_on: date, listed_on: date | None) -> date:
    """Return the day from which a paper's age is counted.

    Announced, or listed by Hugging Face up to a month later: before, nobody could upvote it.
    """
    if listed_on is None:
        return announced_on
    return max(announced_on, min(listed_on, announced_on + NOTICED_WITHIN))


def support(counts: Counts, weights: Weights = DEFAULT_WEIGHTS) -> float:
    """Return the weighted sum of what is known of a paper, or of what it gained: 0 or more."""
    return sum(
        float(getattr(weights, weight)) * (getattr(counts, count) or 0) for weight, count in TERMS
    )


def score(counts: Counts, noticed_on: date, weights: Weights = DEFAULT_WEIGHTS) -> Score:
    """Return the terms of one paper's score. Higher is better, no upper bound."""
    return Score(
        popularity=math.log10(1 + support(counts, weights)),
        newness=batch_number(noticed_on) / BATCHES_PER_TENFOLD,
    )


def rising(gain: float, age_batches: int) -> float:
    """Return how fast a paper gains for its age: `gain` over what is usual at that age.

    0 for a gain that may be chance and for papers of over four weeks.
    """
    if gain < RISING_LEAST_GAIN or age_batches > RISING_OLDEST_BATCHES:
        return 0.0
    usual: float = (1.0 + max(age_batches, 0)) ** -RISING_EXPONENT
    return gain / usual
