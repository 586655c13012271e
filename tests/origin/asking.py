"""Asks a running origin over its socket, or has Broadsheet's own fetches ask it."""

import http.client
from typing import Any

from tests.origin.server import Origin


def point_at(origin: Origin, settings: Any) -> None:
    """Send every fetch of this test to `origin`; `settings` is pytest-django's fixture."""
    for name, value in origin.settings.items():
        setattr(settings, name, value)


def ask(
    origin: Origin, path: str, headers: dict[str, str] | None = None, body: str | None = None
) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of a GET, or of a POST of `body`."""
    connection = http.client.HTTPConnection("127.0.0.1", origin.port, timeout=5)
    connection.request("GET" if body is None else "POST", path, body, headers or {})
    response = connection.getresponse()
    answered = (response.status, response.read(), dict(response.headers))
    connection.close()
    return answered
