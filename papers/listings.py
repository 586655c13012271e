"""What was announced on which day in which category."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, IntegerField, Max, Min, Q, QuerySet, Value, When

from papers.models import Announcement, SeenPaper

MOST_CATEGORIES = 12

_KIND_ORDER = Case(
    When(kind=Announcement.Kind.NEW, then=Value(0)),
    When(kind=Announcement.Kind.CROSS, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)

_PLACES = {Announcement.Kind.NEW.value: 0, Announcement.Kind.CROSS.value: 1}


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """How many papers one category announced on one day, by kind."""

    category: str
    new: int
    cross: int
    replace: int


def newest_day(category: str | None = None) -> date | None:
    """Return the last day with an announcement, of one category or of any; None: never one."""
    newest: date | None = _of(category).aggregate(day=Max("announced_on"))["day"]
    return newest


def neighbour_days(day: date, category: str | None = None) -> tuple[date | None, date | None]:
    """Return the announcement days just before and just after `day`, None where there is none."""
    rows = _of(category)
    before: date | None = rows.filter(announced_on__lt=day).aggregate(d=Max("announced_on"))["d"]
    after: date | None = rows.filter(announced_on__gt=day).aggregate(d=Min("announced_on"))["d"]
    return before, after


def count_by_category(day: date) -> list[CategoryCount]:
    """Return the counts of every category with an announcement on `day`, by category."""
    kinds = {kind.value: Count("pk", filter=Q(kind=kind)) for kind in Announcement.Kind}
    rows = Announcement.objects.filter(announced_on=day).values_list("category_id")
    counted = rows.annotate(**kinds).order_by("category_id")
    return [CategoryCount(*row) for row in counted.values_list("category_id", *kinds)]


def busiest(day: date) -> list[CategoryCount]:
    """Return the counts of the twelve categories that announced most on `day`, the most first."""
    counts = [count for count in count_by_category(day) if count.new or count.cross]
    return sorted(counts, key=lambda count: (-count.new, -count.cross))[:MOST_CATEGORIES]


def list_day(
    day: date, category: str, *, without: "QuerySet[SeenPaper, int] | None" = None
) -> QuerySet[Announcement]:
    """Return a category's listing of a day: new papers, then cross-lists, then replacements.

    `without` are ids of papers to leave out.
    """
    rows = Announcement.objects.on(day, category)
    return (
        (rows if without is None else rows.exclude(paper_id__in=without))
        .select_related("paper__stats")
        .defer("paper__abstract", "paper__authors", "paper__comment", "paper__journal_ref")
        .order_by(_KIND_ORDER, "-paper__stats__score", "-paper_id")
    )


def list_day_after(
    day: date, category: str, *, after: tuple[str, int] | None, most: int
) -> list[Announcement]:
    """Return at most `most` rows of `list_day`'s kinds in an order that never changes.

    Of each kind the papers with the highest numbers first, not those with the highest scores:
    scores move while somebody turns the pages. `after` is kind and paper of the last row seen.
    """
    rows = Announcement.objects.on(day, category).annotate(kind_order=_KIND_ORDER)
    if after is not None:
        kind, paper_id = after
        place = _PLACES.get(kind, 2)
        rows = rows.filter(Q(kind_order__gt=place) | Q(kind_order=place, paper_id__lt=paper_id))
    return list(rows.order_by("kind_order", "-paper_id")[:most])


def newest_in_category(category: str, *, fewest: int, most: int) -> list[int]:
    """Return ids of the papers a category announced last as new or cross-listed, newest first.

    All of its newest day, whose papers come together, then those of the days before up to
    `fewest`; never more than `most`. Withdrawn papers are left out. One query.
    """
    rows = (
        _of(category)
        .filter(kind__in=(Announcement.Kind.NEW, Announcement.Kind.CROSS))
        .filter(paper__withdrawn_at=None)
        .order_by("-announced_on", _KIND_ORDER, "-paper_id")
        .values_list("announced_on", "paper_id")[:most]
    )
    found = list(rows)
    days = [day for day, _paper_id in found]
    return [pk for at, (day, pk) in enumerate(found) if at < fewest or day == days[0]]


def _of(category: str | None) -> QuerySet[Announcement]:
    rows = Announcement.objects.all()
    return rows if category is None else rows.filter(category_id=category)
