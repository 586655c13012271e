"""The weights in force, and the log of who changed them, when and why."""

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from papers.models import WeightChange
from papers.ranking import DEFAULT_WEIGHTS, Weights


def newest() -> WeightChange | None:
    return WeightChange.objects.order_by("-pk").first()


def current() -> Weights:
    """Return the weights of the newest change; the defaults where nobody changed any."""
    change = newest()
    return DEFAULT_WEIGHTS if change is None else of(change)


def in_force_on(day: date) -> Weights:
    """Return the weights that were in force when `day` (UTC) ended."""
    end = datetime.combine(day + timedelta(days=1), time(0), tzinfo=UTC)
    change = WeightChange.objects.filter(changed_at__lt=end).order_by("-pk").first()
    return DEFAULT_WEIGHTS if change is None else of(change)


def of(change: WeightChange) -> Weights:
    return Weights(
        vote=change.vote,
        save=change.saved,
        upvote=change.upvote,
        star=change.star,
        citation=change.citation,
    )


def as_values(weights: Weights) -> dict[str, Any]:
    """Return them as the values that the statements of this package name."""
    return {f"weight_{name}": value for name, value in asdict(weights).items()}
