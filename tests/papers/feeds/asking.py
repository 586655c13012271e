"""Asks a loopback server as the site asks others, without gates and counts in the database."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from pytest_django import Settings

from papers.feeds import fetch as fetch_module
from papers.feeds.fetch import FetchedResponse
from tests.papers.feeds.serving import Reply, serving


def free_gate(
    host: str, *, lease_seconds: float, spacing_seconds: float = 0.0
) -> nullcontext[None]:
    return nullcontext()


def uncounted(host: str, outcome: str, received_bytes: int) -> None:
    pass


def fetch(url: str, **options: Any) -> FetchedResponse:
    options = {"gate": free_gate, "count": uncounted, "total_seconds": 5.0, **options}
    return fetch_module.fetch(url, **options)


@contextmanager
def allowed_server(settings: Settings, reply: Reply) -> Iterator[str]:
    with serving(reply) as host:
        settings.FETCH_ALLOWED_PRIVATE_HOSTS = [*settings.FETCH_ALLOWED_PRIVATE_HOSTS, host]
        yield f"http://{host}"


def always(data: bytes) -> Reply:
    return lambda connection, request: connection.sendall(data)


def fetch_once(settings: Settings, data: bytes, **options: Any) -> FetchedResponse:
    with allowed_server(settings, always(data)) as url:
        return fetch(f"{url}/feed", **options)
