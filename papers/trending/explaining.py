"""How a paper's score came about, term by term, with the numbers and weights that made it."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from papers import ranking
from papers.models import Paper, PaperStats
from papers.ranking import Counts, Score
from papers.trending import weights

_LABELS: dict[str, Promise] = {
    "votes": _("Votes here"),
    "saves": _("Readers who saved it"),
    "upvotes": _("Upvotes on Hugging Face"),
    "stars_gained": _("Stars gained on GitHub"),
    "citations": _("Citations"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One count, what one of it weighs, and what it adds to the support; None: not known."""

    label: Promise
    count: int | None
    weight: float
    adds: float


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A score with all that went into it; `batch` is the number of the day of `noticed_on`.

    `unsupported` is what it is less by while nobody showed interest.
    """

    terms: tuple[Term, ...]
    support: float
    noticed_on: date
    batch: int
    score: Score
    batches_per_tenfold: float = ranking.BATCHES_PER_TENFOLD
    unsupported: float = ranking.UNSUPPORTED


def break_down(paper: Paper) -> Breakdown | None:
    """Return how the score of `paper` comes about; None where it is not ranked yet.

    Computed anew from the numbers beside the paper, by the weights in force.
    """
    stats: PaperStats | None = getattr(paper, "stats", None)
    if stats is None or stats.noticed_on is None:
        return None
    counts = Counts(
        votes=stats.votes,
        saves=stats.saves,
        upvotes=stats.upvotes,
        stars_gained=stats.stars_gained,
        citations=stats.citations,
    )
    by = weights.current()
    terms = tuple(_term(counts, by, weight, count) for weight, count in ranking.TERMS)
    return Breakdown(
        terms=terms,
        support=ranking.support(counts, by),
        noticed_on=stats.noticed_on,
        batch=ranking.batch_number(stats.noticed_on),
        score=ranking.score(counts, stats.noticed_on, by),
    )


def _term(counts: Counts, by: ranking.Weights, weight: str, count: str) -> Term:
    number: int | None = getattr(counts, count)
    of_one: float = getattr(by, weight)
    return Term(_LABELS[count], number, of_one, of_one * (number or 0))
