"""Promise 35: who writes X-Forwarded-For gains nothing by it, behind 0, 1 or 2 proxies."""

from collections.abc import Sequence

import pytest
from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import get_ip
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings

from accounts.client_address import UNKNOWN, client_address, client_network

CLIENT = "203.0.113.9"
PROXIES = ("192.0.2.1", "192.0.2.2")
SPOOFED = (
    *("", "198.51.100.1", "198.51.100.1, 198.51.100.2", "127.0.0.1", "unknown", "::1", "a,b,c,,"),
    *(" , ,", "[::1]:80", "203.0.113.9\t, 10.0.0.1", '"198.51.100.1"', "1" * 5000),
)


def arrive(client: str, sent: str, proxies: Sequence[str]) -> HttpRequest:
    """The request as the site gets it: each proxy appended the address of whoever connected."""
    forwarded, peer = sent, client
    for proxy in proxies:
        forwarded = f"{forwarded}, {peer}" if forwarded else peer
        peer = proxy
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)


@pytest.mark.promise(35)
@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("sent", SPOOFED)
def test_what_a_client_writes_is_not_its_address(settings: Settings, sent: str, count: int) -> None:
    settings.TRUSTED_PROXIES = count
    request = arrive(CLIENT, sent, PROXIES[:count])
    assert client_address(request) == CLIENT
    assert get_adapter().get_client_ip(request) == CLIENT
    assert get_ip(request) == CLIENT


@pytest.mark.promise(35)
def test_proxies_that_are_not_trusted_are_the_client(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 0
    assert client_address(arrive(CLIENT, "", PROXIES[:1])) == PROXIES[0]
    settings.TRUSTED_PROXIES = 1
    assert client_address(arrive(CLIENT, "", PROXIES)) == PROXIES[0]


def test_fewer_entries_than_proxies_are_no_fault(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 2
    assert client_address(arrive(CLIENT, "", PROXIES[:1])) == CLIENT
    assert client_address(arrive(CLIENT, "", ())) == CLIENT


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("192.0.2.7:4711", "192.0.2.7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("", UNKNOWN),
        ("unix:", UNKNOWN),
        ("192.0.2.700", UNKNOWN),
    ],
)
def test_an_address_as_proxies_and_sockets_write_it(written: str, address: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=written)
    assert client_address(request) == address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", UNKNOWN),
    ],
)
def test_network_of_a_client(address: str, network: str) -> None:
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == network
