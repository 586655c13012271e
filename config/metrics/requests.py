"""Counts the requests of this process by route; files of all web processes are summed when read.

Where no metrics are configured nothing is measured.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram

from config.metrics.room import take_room_first

take_room_first()
REGISTRY = CollectorRegistry()
# Around the figures that are promised: 8 ms for a page, 250 ms for the slowest under load.
BUCKETS = (0.003, 0.008, 0.015, 0.03, 0.06, 0.125, 0.25, 0.5, 1.0, 2.5, 10.0)
# As many labels as there are views; an address that no view has is "none", static files too.
REQUESTS = Counter(
    "broadsheet_requests",
    "Requests answered.",
    ["route", "method", "status"],
    registry=REGISTRY,
)
SECONDS = Histogram(
    "broadsheet_request_seconds",
    "Time until the answer was ready.",
    ["route"],
    buckets=BUCKETS,
    registry=REGISTRY,
)
DATABASE_SECONDS = Counter(
    "broadsheet_request_database_seconds",
    "Of it, time spent waiting for the database.",
    ["route"],
    registry=REGISTRY,
)
DATABASE_QUERIES = Counter(
    "broadsheet_request_queries",
    "Queries that requests asked.",
    ["route"],
    registry=REGISTRY,
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class _QueryClock:
    """Adds up what the queries of one request took."""

    def __init__(self) -> None:
        self.seconds, self.queries = 0.0, 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*args)
        finally:
            self.seconds += time.perf_counter() - began
            self.queries += 1


class MetricsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not (settings.METRICS_TOKEN or settings.METRICS_ADDRESSES):
            raise MiddlewareNotUsed
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        clock, began = _QueryClock(), time.perf_counter()
        with connection.execute_wrapper(clock):
            response = self._get_response(request)
        with suppress(OSError):  # a disk that is full is no reason not to answer
            self._count(request, response, clock, began)
        return response

    def _count(
        self, request: HttpRequest, response: HttpResponse, clock: _QueryClock, began: float
    ) -> None:
        match = request.resolver_match
        route = (match.view_name or "unnamed") if match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(route, method, str(response.status_code)).inc()
        SECONDS.labels(route).observe(time.perf_counter() - began)
        if clock.queries:
            DATABASE_SECONDS.labels(route).inc(clock.seconds)
            DATABASE_QUERIES.labels(route).inc(clock.queries)
