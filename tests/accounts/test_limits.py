from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from accounts.limits import CacheAwayError, Limit, client_network, take

TWO_AN_HOUR = Limit("test", amount=2, window_seconds=3600)


def test_the_third_of_two_is_refused() -> None:
    assert [take(TWO_AN_HOUR, "a") for _ in range(3)] == [True, True, False]


def test_each_key_has_its_own_places() -> None:
    assert [take(TWO_AN_HOUR, "a"), take(TWO_AN_HOUR, "a"), take(TWO_AN_HOUR, "b")] == [True] * 3


def test_each_limit_has_its_own_places() -> None:
    other = Limit("other", amount=1, window_seconds=60)
    assert [take(TWO_AN_HOUR, "a"), take(TWO_AN_HOUR, "a"), take(other, "a")] == [True] * 3


def test_many_at_once_get_no_more_than_the_places() -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: take(TWO_AN_HOUR, "a"), range(40)))
    assert answers.count(True) == 2


def test_a_cache_that_is_away_is_never_a_yes(settings: Settings) -> None:
    backend = "config.cache.ForgivingRedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/0"}}
    with pytest.raises(CacheAwayError):
        take(TWO_AN_HOUR, "a")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    ],
)
def test_network_of_a_client(address: str, network: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    assert client_network(request) == network


def test_forwarded_header_counts_only_behind_a_proxy(settings: Settings) -> None:
    headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="192.0.2.7")
    assert client_network(request) == "192.0.2.7"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client_network(request) == "203.0.113.9"
