"""What was trending on past days: read only; papers/trending/rolling.py writes it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from papers.models import Paper, SeenPaper, TrendingDay, TrendingPlace
from papers.trending.reasons import count_in_words
from papers.windows import Window


class NoSuchDayError(Exception):
    """Nothing is kept of a day; `first` and `last` are the days between which something is."""

    def __init__(self, first: date | None, last: date | None) -> None:
        super().__init__(f"Kept from {first} to {last}.")
        self.first, self.last = first, last


@dataclass(frozen=True, slots=True)
class PastList:
    """The papers that gained most in the days from `first_day` to `day`, the best first."""

    day: date
    first_day: date
    is_settled: bool
    papers: list[Paper]
    reasons: dict[int, str]
    previous_day: date | None
    next_day: date | None


def read_day(
    day: date, window: Window, *, without: "QuerySet[SeenPaper, int] | None" = None
) -> PastList:
    """Return the list of `window` as of `day`, less papers with ids `without`.

    Raises NoSuchDayError.
    """
    kept = TrendingDay.objects.filter(day=day).first()
    if kept is None:
        days = TrendingDay.objects.order_by("day").values_list("day", flat=True)
        raise NoSuchDayError(days.first(), days.last())
    places = TrendingPlace.objects.filter(day=kept, span=window).order_by("rank")
    gained = {place.paper_id: place for place in places}
    shown = Paper.objects.for_cards().not_withdrawn()
    papers = (shown if without is None else shown.exclude(pk__in=without)).in_bulk(gained)
    neighbours = set(
        TrendingDay.objects.filter(
            day__in=(day - timedelta(days=1), day + timedelta(days=1))
        ).values_list("day", flat=True)
    )
    return PastList(
        day=day,
        first_day=window.first_day(day),
        is_settled=kept.settled_at is not None,
        papers=[papers[pk] for pk in gained if pk in papers],
        reasons={pk: count_in_words(place) for pk, place in gained.items()},
        previous_day=_if_in(day - timedelta(days=1), neighbours),
        next_day=_if_in(day + timedelta(days=1), neighbours),
    )


def newest_day(*, before: date) -> date | None:
    days = TrendingDay.objects.filter(day__lt=before).order_by("-day")
    return days.values_list("day", flat=True).first()


def _if_in(day: date, days: set[date]) -> date | None:
    return day if day in days else None
