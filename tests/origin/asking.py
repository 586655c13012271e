"""Asks a running origin over its socket, as the tests of the origin do."""

import http.client

from tests.origin.server import Origin


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
