from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django import Settings

from accounts.limits import CacheAwayError, Limit, take

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
