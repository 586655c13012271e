"""Pages that are the same for all are answered whoever asks, also while nobody can be looked up."""

from collections.abc import Callable
from functools import cache

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

# What a browser asks for beside pages, and needs just when Postgres or the network is away.
BESIDE_PAGES = (
    *("papers:favicon", "papers:manifest", "papers:offline", "papers:opensearch"),
    "papers:service_worker",
)
# With what programs ask for that watch.
NAMES = ("alive", "ready", "ready_to_serve", *BESIDE_PAGES)


class EverybodysPagesMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in _paths():
            # Nothing after this looks for a session, which is a question to the database.
            request.user = AnonymousUser()
        return self.get_response(request)


@cache
def _paths() -> frozenset[str]:
    return frozenset(map(reverse, NAMES))
