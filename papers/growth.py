"""How the numbers of one paper grew: its snapshots, as they are charted."""

from datetime import date, timedelta

from papers.charts import Chart, Series, draw
from papers.models import Signal

# A year and a month: what is older is told by where the lines begin.
MOST_DAYS = timedelta(days=400)


def chart_growth(paper_id: int, *, today: date) -> Chart | None:
    """Return the chart of the paper's snapshots; None where there is nothing to see. One query."""
    rows = Signal.objects.filter(
        paper=paper_id, observed_on__range=(today - MOST_DAYS, today + timedelta(days=1))
    )
    points: dict[str, list[tuple[date, int]]] = {kind: [] for kind in Signal.Kind.values}
    for kind, day, value in rows.order_by("observed_on").values_list(
        "kind", "observed_on", "value"
    ):
        points[kind].append((day, value))
    return draw(
        [
            Series(str(kind.label), points[kind], is_certain=kind in Signal.OWN)
            for kind in Signal.Kind
        ]
    )
