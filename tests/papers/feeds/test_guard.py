import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3.util.connection
from pytest_django import Settings

from papers.feeds.records import FetchError
from tests.papers.feeds.asking import allowed_server, fetch
from tests.papers.feeds.serving import answer

pytestmark = pytest.mark.promise(24)

PUBLIC = "93.184.215.14"
PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "192.0.0.192", "192.88.99.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::1", "2001::1", "fd00::1", "fe80::1",
    "fec0::1", "ff02::1", "5f00::1",
]  # fmt: skip


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were dialled; nothing answers there."""
    addresses: list[str] = []

    def dial(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        addresses.append(f"{address[0]}:{address[1]}")
        raise ConnectionRefusedError

    monkeypatch.setattr(urllib3.util.connection, "create_connection", dial)
    return addresses


class Resolver:
    """Stands in for DNS: each look-up of a name gives the next of its addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses: Iterator[str] = iter(addresses)

    def __call__(self, host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        address = next(self.addresses, "")
        if not address:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        is_v6 = ipaddress.ip_address(address).version == 6
        family = socket.AF_INET6 if is_v6 else socket.AF_INET
        place = (address, port, 0, 0) if is_v6 else (address, port)
        return [(family, socket.SOCK_STREAM, 6, "", place)]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1",
        "100.64.0.1", "0.0.0.1", "0", "[64:ff9b::7f00:1]", "2130706433", "0x7f000001", "0177.0.0.1",
        "127.1", "0x7f.1", "[fd00::1]", "[fe80::1]", "224.0.0.1", "[::127.0.0.1]",
    ],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_private_addresses_are_not_dialled(scheme: str, host: str, dialled: list[str]) -> None:
    with pytest.raises(FetchError, match="private address"):
        fetch(f"{scheme}://{host}/")
    assert dialled == []


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_for_a_private_address_is_not_dialled(
    address: str, dialled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver(address))
    with pytest.raises(FetchError, match="private address"):
        fetch("https://feeds.example.org/")
    assert dialled == []


def test_a_name_that_changes_after_the_look_up_gains_nothing(
    dialled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver(PUBLIC, "127.0.0.1"))
    with pytest.raises(FetchError, match="refuses connections"):
        fetch("http://feeds.example.org/")
    assert dialled == [f"{PUBLIC}:80"]


def test_each_hop_is_looked_up_and_checked_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    resolve = socket.getaddrinfo

    def reply(connection: socket.socket, request: str) -> None:
        asked.append(request)
        connection.sendall(answer("302 Found\nLocation: http://feeds.example.org/"))

    def look_up(host: str, *args: Any, **kwargs: Any) -> Any:
        inner = Resolver("169.254.169.254") if host == "feeds.example.org" else resolve
        return inner(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with (
        allowed_server(settings, reply) as url,
        pytest.raises(FetchError, match=r"feeds\.example\.org is at the private address 169\.254"),
    ):
        fetch(url)
    assert len(asked) == 1


def test_a_redirect_to_a_private_address_is_not_dialled(settings: Settings) -> None:
    asked: list[str] = []

    def reply(connection: socket.socket, request: str) -> None:
        asked.append(request)
        connection.sendall(answer("302 Found\nLocation: http://127.0.0.1/admin"))

    with (
        allowed_server(settings, reply) as url,
        pytest.raises(FetchError, match=r"private address 127\.0\.0\.1"),
    ):
        fetch(url)
    assert len(asked) == 1


@pytest.mark.promise(20)
def test_a_name_that_leads_nowhere_is_an_error_in_words(
    dialled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver())
    with pytest.raises(FetchError, match=r"could not be reached \(its name leads nowhere\)"):
        fetch("https://feeds.example.org/")
    assert dialled == []


def test_the_allowance_of_one_port_opens_no_other(settings: Settings, dialled: list[str]) -> None:
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8100"]
    with pytest.raises(FetchError, match="not on port 80 or 443"):
        fetch("http://127.0.0.1:8101/")
    with pytest.raises(FetchError, match="private address"):
        fetch("http://127.0.0.1/")
    assert dialled == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "not an http or https address"),
        ("gopher://example.org/", "not an http or https address"),
        ("http+unix://example.org/", "not an http or https address"),
        ("http://", "not an http or https address"),
        ("nonsense", "not an http or https address"),
        ("http://example.org:22/", "not on port 80 or 443"),
        ("http://\uff11\uff12\uff17.0.0.1/", "not an address"),
        ("http://127\u30020.0.1/", "not an address"),
        ("http://example.org:port/", "not an address"),
        ("http://example.org:99999/", "not an address"),
        ("http://[x/", "not an address"),
        ("http://user:word@example.org/", "user name or a password"),
        ("http://example.org@127.0.0.1/", "user name or a password"),
        ("http://example.org\\@127.0.0.1/", "user name or a password|not an address"),
        ("http://example.org\x00.example.net/", "not an address"),
        ("http://*.example.org/", "not an address"),
        (f"http://{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}/", "longer than the name"),
    ],
)
def test_other_schemes_and_ports_are_refused(url: str, reason: str, dialled: list[str]) -> None:
    with pytest.raises(FetchError, match=reason) as caught:
        fetch(url)
    assert dialled == []
    assert "word" not in str(caught.value) or "password" in str(caught.value)
