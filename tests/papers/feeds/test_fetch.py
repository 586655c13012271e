import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from papers.feeds import fetch as fetch_module
from papers.feeds.fetch import FetchedResponse, retry_after_seconds
from papers.feeds.records import FetchError
from tests.papers.feeds.serving import Reply, answer, serving


def free_gate(host: str, *, lease_seconds: float) -> nullcontext[None]:
    return nullcontext()


def fetch(url: str, **options: Any) -> FetchedResponse:
    options = {"gate": free_gate, "total_seconds": 5.0, **options}
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


def test_an_answer_comes_with_its_validators(settings: Settings) -> None:
    head = '200 OK\nETag: "a1"\nLast-Modified: Mon, 02 Mar 2026 05:00:00 GMT'
    response = fetch_once(settings, answer(head, b"<rss/>"))
    assert (response.status, response.body, response.not_modified) == (200, b"<rss/>", False)
    assert response.etag == '"a1"'
    assert response.last_modified == "Mon, 02 Mar 2026 05:00:00 GMT"


def test_validators_are_sent_and_outlive_a_304(settings: Settings) -> None:
    requests: list[str] = []

    def reply(connection: socket.socket, request: str) -> None:
        requests.append(request)
        connection.sendall(answer("304 Not Modified"))

    with allowed_server(settings, reply) as url:
        response = fetch(url, etag='"a1"', last_modified="yesterday")
    assert 'If-None-Match: "a1"' in requests[0]
    assert "If-Modified-Since: yesterday" in requests[0]
    assert response.not_modified
    assert (response.etag, response.last_modified) == ('"a1"', "yesterday")


def test_a_304_to_an_unconditional_request_is_no_answer(settings: Settings) -> None:
    with pytest.raises(FetchError, match="HTTP 304"):
        fetch_once(settings, answer("304 Not Modified"))


def test_the_contact_is_in_the_user_agent(settings: Settings) -> None:
    settings.CONTACT = "admin@example.org"
    agents: list[bool] = []

    def reply(connection: socket.socket, request: str) -> None:
        agents.append("User-Agent: Broadsheet (admin@example.org)" in request)
        connection.sendall(answer("200 OK"))

    with allowed_server(settings, reply) as url:
        fetch(url)
    assert agents == [True]


def test_a_validator_too_long_to_store_is_dropped(settings: Settings) -> None:
    assert fetch_once(settings, answer(f'200 OK\nETag: "{"a" * 600}"')).etag == ""


@pytest.mark.parametrize("status", [400, 404, 418, 500, 204])
def test_other_answers_are_errors_with_their_status(settings: Settings, status: int) -> None:
    with pytest.raises(FetchError, match=f"127.0.0.1 answered with HTTP {status}") as caught:
        fetch_once(settings, answer(f"{status} No"))
    assert (caught.value.status, caught.value.host_wide) == (status, False)


@pytest.mark.parametrize("status", [429, 503])
def test_ask_later_speaks_for_the_whole_host(settings: Settings, status: int) -> None:
    with pytest.raises(FetchError) as caught:
        fetch_once(settings, answer(f"{status} Later\nRetry-After: 120"))
    assert caught.value.host_wide
    assert caught.value.retry_after_seconds == 120


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("Mon, 02 Mar 2026 05:10:00 GMT", 600),
        ("Mon, 02 Mar 2026 04:00:00 GMT", 0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("9" * 5_000, 86_400),
        ("Mon, 02 Mar 9999 05:10:00 GMT", 86_400),
        ("Mon, 02 Mar 2026 05:10:00 +999999999999", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_bounded(value: str, seconds: float | None) -> None:
    now = datetime(2026, 3, 2, 5, tzinfo=UTC)
    assert retry_after_seconds(value, now=now) == seconds


def test_a_redirect_is_followed(settings: Settings) -> None:
    def reply(connection: socket.socket, request: str) -> None:
        is_first = request.startswith("GET /old ")
        connection.sendall(answer("301 Moved\nLocation: /new" if is_first else "200 OK", b"x"))

    with allowed_server(settings, reply) as url:
        assert fetch(f"{url}/old").url == f"{url}/new"


@pytest.mark.promise(25)
def test_a_circle_of_redirects_ends(settings: Settings) -> None:
    asked: list[str] = []

    def reply(connection: socket.socket, request: str) -> None:
        asked.append(request)
        connection.sendall(answer("302 Found\nLocation: /feed"))

    with (
        allowed_server(settings, reply) as url,
        pytest.raises(FetchError, match="more than 5 times"),
    ):
        fetch(url)
    assert len(asked) == 6


@pytest.mark.promise(25)
def test_encryption_is_never_given_up_on_the_way() -> None:
    with pytest.raises(FetchError, match="which is not encrypted"):
        fetch_module._redirected("https://example.org/a", "http://example.org/a")


@pytest.mark.promise(24)
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1",
        "100.64.0.1", "0.0.0.1", "0", "[64:ff9b::7f00:1]", "2130706433", "0x7f000001", "0177.0.0.1",
        "[fd00::1]", "[fe80::1]", "224.0.0.1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_private_addresses_are_not_dialled(scheme: str, host: str) -> None:
    with pytest.raises(FetchError, match="private address"):
        fetch(f"{scheme}://{host}/")


@pytest.mark.promise(24)
def test_a_redirect_to_a_private_address_is_not_dialled(settings: Settings) -> None:
    dialled: list[str] = []
    data = answer("302 Found\nLocation: http://127.0.0.1/admin")

    def reply(connection: socket.socket, request: str) -> None:
        dialled.append(request)
        connection.sendall(data)

    with (
        allowed_server(settings, reply) as url,
        pytest.raises(FetchError, match=r"private address 127\.0\.0\.1"),
    ):
        fetch(url)
    assert len(dialled) == 1


@pytest.mark.promise(24)
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "not an http or https address"),
        ("gopher://example.org/", "not an http or https address"),
        ("http://", "not an http or https address"),
        ("nonsense", "not an http or https address"),
        ("http://example.org:22/", "not on port 80 or 443"),
        ("http://example.org:port/", "is not an address"),
    ],
)
def test_other_schemes_and_ports_are_refused(url: str, reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        fetch(url)


@pytest.mark.promise(22)
def test_a_body_over_the_cap_is_refused(settings: Settings) -> None:
    with pytest.raises(FetchError, match=r"more than 0\.1 MB"):
        fetch_once(settings, answer("200 OK", b"x" * 300_000), largest_bytes=100_000)


@pytest.mark.promise(22)
def test_a_bomb_is_measured_unpacked(settings: Settings) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    with pytest.raises(FetchError, match="more than 15 MB"):
        fetch_once(settings, answer("200 OK\nContent-Encoding: gzip", bomb))


def test_a_compressed_body_is_unpacked(settings: Settings) -> None:
    packed = gzip.compress(b"words " * 50_000)
    response = fetch_once(settings, answer("200 OK\nContent-Encoding: gzip", packed))
    assert response.body == b"words " * 50_000


@pytest.mark.promise(22)
@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b"HTTP/1.1 "])
def test_a_drip_ends_in_time_in_headers_and_body(settings: Settings, head: bytes) -> None:
    def drip(connection: socket.socket, request: str) -> None:
        connection.sendall(head)
        for _second in range(100):
            connection.sendall(b"1")
            time.sleep(0.05)

    started = time.monotonic()
    with (
        allowed_server(settings, drip) as url,
        pytest.raises(FetchError, match=r"within 0\.5 seconds"),
    ):
        fetch(url, total_seconds=0.5)
    assert time.monotonic() - started < 3


@pytest.mark.promise(22)
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "could not be reached"),
        (b"garbage\r\n\r\n", "could not be reached"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\ncut", "broke off"),
        (answer("200 OK\nContent-Encoding: gzip", b"not gzip"), "compression is broken"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "could not be reached"),
    ],
)
def test_a_broken_answer_is_an_error_in_words(settings: Settings, data: bytes, reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        fetch_once(settings, data)


def test_a_closed_port_is_an_error_in_words(settings: Settings) -> None:
    with allowed_server(settings, always(b"")) as url:
        pass
    with pytest.raises(FetchError, match=r"127\.0\.0\.1 could not be reached"):
        fetch(url)


def test_the_gate_of_each_host_is_held(settings: Settings) -> None:
    held: list[str] = []

    def gate(host: str, *, lease_seconds: float) -> nullcontext[None]:
        held.append(host)
        assert lease_seconds > 5
        return nullcontext()

    with allowed_server(settings, always(answer("200 OK"))) as url:
        fetch(url, gate=gate)
    assert held == [url.removeprefix("http://")]
