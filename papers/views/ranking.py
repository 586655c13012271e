from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from papers import kept, ranking, votes
from papers.models import Paper, WeightChange
from papers.ranking_history import VERSIONS
from papers.trending import explaining, weights
from papers.trending.pages import page_of
from papers.windows import TrendingList

CHANGES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Constants:
    """What the page shows of the code's constants, each in the unit that readers think in."""

    version: int = ranking.FORMULA_VERSION
    tenfold: float = ranking.BATCHES_PER_TENFOLD
    unsupported: float = ranking.UNSUPPORTED
    rising_exponent: float = ranking.RISING_EXPONENT
    rising_least: float = ranking.RISING_LEAST_GAIN
    rising_oldest: int = ranking.RISING_OLDEST_BATCHES
    new_account_days: int = votes.NEW_ACCOUNT.days
    burst_hours: int = int(votes.BURST.total_seconds() // 3600)
    burst_votes: int = votes.MOST_OF_NEW_ACCOUNTS
    most_votes: int = votes.MOST_CHANGES_AN_HOUR


@require_safe
@kept.for_visitors
def ranking_page(request: HttpRequest) -> HttpResponse:
    """Formula, constants and weights in force, who changed them, and an example of today."""
    example = _example()
    context = {
        "constants": Constants(),
        "weights": weights.current(),
        "changes": WeightChange.objects.order_by("-pk")[:CHANGES_SHOWN],
        "versions": VERSIONS,
        "example": example,
        "breakdown": explaining.break_down(example) if example else None,
    }
    return render(request, "papers/ranking.html", context)


def _example() -> Paper | None:
    first = page_of(TrendingList.NOW, number=1, size=1).items
    return Paper.objects.select_related("stats").get(pk=first[0].pk) if first else None
