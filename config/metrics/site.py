"""What the whole site says of itself: its parts, its queues, its digests, its sources.

Read from the tables when somebody asks; what has to be counted is counted once in 30 seconds.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import Error
from django.db.models import Count, Q
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from accounts.digest import overview
from accounts.models import Bounce, Delivery
from config.backup.last import last_backup
from config.health.parts import Part, read_parts
from papers import health
from papers.models import Source

KEPT_SECONDS = 30
_KEY = "metrics-counts-2"  # another for each form of what is kept
# Of a part's figures: the name of the metric, what it says, and its label where it has one.
_FIGURES = {
    "waiting_io": ("queue_length", "Tasks that wait in a queue.", {"queue": "io"}),
    "waiting_cpu": ("queue_length", "Tasks that wait in a queue.", {"queue": "cpu"}),
    "heartbeat_seconds": ("heartbeat_age_seconds", "Since a task of the queue was done.", {}),
    "papers_behind": ("follower_papers_behind", "Papers that wait for the search index.", {}),
    "lag_seconds": ("follower_lag_seconds", "How old what cannot be found yet may be.", {}),
    "silent_seconds": ("follower_silent_seconds", "Since the follower said something.", {}),
    "papers": ("indexed_papers", "Papers in this machine's index.", {}),
    "free_bytes": ("disk_free_bytes", "Free where the site keeps its files.", {}),
}


class SiteCollector(Collector):
    def collect(self) -> Iterable[GaugeMetricFamily]:
        parts = read_parts()
        yield from _of_parts(parts)
        if parts[0].is_well:
            try:
                yield from _of_counts(_counts())
            except Error:
                return  # it went away meanwhile; the next look says so


def _of_parts(parts: list[Part]) -> Iterable[GaugeMetricFamily]:
    well = GaugeMetricFamily("broadsheet_part_well", "1 where all is well.", labels=["part"])
    families: dict[str, GaugeMetricFamily] = {}
    for part in parts:
        well.add_metric([part.name], float(part.is_well))
        for figure, value in part.figures.items():
            if figure not in _FIGURES or not isinstance(value, int | float):
                continue
            name, words, labels = _FIGURES[figure]
            if figure == "heartbeat_seconds":
                labels = {"queue": part.name.removeprefix("worker-")}
            family = families.setdefault(
                name, GaugeMetricFamily(f"broadsheet_{name}", words, labels=list(labels))
            )
            family.add_metric(list(labels.values()), float(value))
    yield well
    yield from families.values()


def _of_counts(counts: dict[str, Any]) -> Iterable[GaugeMetricFamily]:
    digests = GaugeMetricFamily(
        "broadsheet_digests", "Issues of the last 3 local dates.", labels=["state"]
    )
    for state, issues in counts["digests"].items():
        digests.add_metric([state], issues)
    yield digests
    sources = GaugeMetricFamily(
        "broadsheet_sources", "Sources, paused ones apart.", labels=["state"]
    )
    for state, number in counts["sources"].items():
        sources.add_metric([state], number)
    yield sources
    for name, words in (
        ("digests_unknown", "Issues of 14 days of which nobody knows whether they arrived."),
        ("digests_overdue_seconds", "Since the longest waiting issue came due; 0: none waits."),
        ("mails_sent_last_day", "Issues that a mail server took in the last 24 hours."),
        ("mails_refused_last_day", "Refusals and complaints of the last 24 hours."),
        ("documents_parked", "Answers of sources that could not be stored after three attempts."),
    ):
        yield GaugeMetricFamily(f"broadsheet_{name}", words, value=counts[name])
    if counts["backup_made_at"] is not None:
        age = timezone.now() - counts["backup_made_at"]
        yield GaugeMetricFamily(
            "broadsheet_backup_age_seconds",
            "Since the newest backup was made; missing where none was.",
            value=age.total_seconds(),
        )


def _counts() -> dict[str, Any]:
    kept: dict[str, Any] | None = cache.get(_KEY)
    if kept is not None:
        return kept
    found = _count()
    cache.set(_KEY, found, KEPT_SECONDS)
    return found


def _count() -> dict[str, Any]:
    """Seven queries, all but the two of bounces and sources by an index."""
    now = timezone.now()
    yesterday, state = now - timedelta(days=1), Delivery.State
    recent = Delivery.objects.filter(local_date__gt=now.date() - timedelta(days=3))
    by_state = (
        recent.order_by()
        .values_list("state")
        .annotate(issues=Count("pk"), lately=Count("pk", filter=Q(finished_at__gt=yesterday)))
    )
    digests = {name: (issues, lately) for name, issues, lately in by_state}
    sources = Source.objects.filter(is_active=True).order_by().values_list("state")
    waiting = overview.waiting(now)
    backup = last_backup()
    unknown = Delivery.objects.filter(
        state=state.UNKNOWN, finished_at__gt=now - timedelta(days=overview.DAYS)
    )
    return {
        "digests": {name: digests.get(name, (0, 0))[0] for name in state.values},
        "sources": dict.fromkeys(Source.State.values, 0)
        | dict(sources.annotate(number=Count("pk"))),
        "digests_unknown": unknown.count(),
        "digests_overdue_seconds": (now - waiting.since).total_seconds() if waiting.since else 0,
        "mails_sent_last_day": digests.get(state.SENT, (0, 0))[1],
        "mails_refused_last_day": Bounce.objects.filter(happened_at__gt=yesterday).count(),
        "documents_parked": health.parked_documents()[0],
        "backup_made_at": backup.made_at if backup else None,
    }
