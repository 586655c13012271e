from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.db import DatabaseError, connection, transaction

from papers.limits import PARTS, CacheAwayError, Limit, count, take

TWO_AN_HOUR = Limit("test", amount=2, window_seconds=3600)
AT_ONCE = 8

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["cache", "postgres"], autouse=True)
def where(request: pytest.FixtureRequest) -> str:
    if request.param == "postgres":
        request.getfixturevalue("cache_away")
    return str(request.param)


def test_the_third_of_two_is_refused() -> None:
    assert [take(TWO_AN_HOUR, "a") for _ in range(3)] == [True, True, False]


def test_each_key_has_its_own_places() -> None:
    assert [take(TWO_AN_HOUR, "a"), take(TWO_AN_HOUR, "a"), take(TWO_AN_HOUR, "b")] == [True] * 3


def test_each_limit_has_its_own_places() -> None:
    other = Limit("other", amount=1, window_seconds=60)
    assert [take(TWO_AN_HOUR, "a"), take(TWO_AN_HOUR, "a"), take(other, "a")] == [True] * 3


def test_it_says_how_many_are_left_and_when_one_is_free() -> None:
    answers = [count(TWO_AN_HOUR, "a") for _ in range(3)]
    assert [answer.remaining for answer in answers] == [1, 0, 0]
    assert [answer.is_refused for answer in answers] == [False, False, True]
    assert all(3600 <= answer.reset_seconds <= 3600 + 3600 // PARTS for answer in answers)
    assert answers[2].headers["RateLimit-Limit"] == "2"


def test_none_are_allowed_where_the_amount_is_none() -> None:
    assert not take(Limit("closed", amount=0, window_seconds=60), "a")


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise(35)
def test_many_at_once_get_no_more_than_the_places() -> None:
    def ask(_time: int) -> bool:
        try:
            return take(TWO_AN_HOUR, "a")
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(ask, range(5 * AT_ONCE)))
    assert answers.count(True) == 2


def test_no_key_is_kept_as_it_is(where: str) -> None:
    take(TWO_AN_HOUR, "203.0.113.9")
    if where == "postgres":
        with connection.cursor() as cursor:
            cursor.execute("SELECT cache_key, value FROM papers_limits")
            assert "203.0.113.9" not in repr(cursor.fetchall())


def test_without_either_nobody_is_let_through(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> Any:
        raise DatabaseError

    if where == "cache":
        monkeypatch.setattr(cache, "run_script", lambda *_arguments: None)
    monkeypatch.setattr(caches["limits"], "get", fail)
    with pytest.raises(CacheAwayError):
        take(TWO_AN_HOUR, "a")


def test_a_broken_transaction_around_it_is_never_a_yes(where: str) -> None:
    if where == "cache":
        return
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(CacheAwayError):
            take(TWO_AN_HOUR, "a")


@pytest.mark.parametrize("parts_later", [1, PARTS, PARTS + 1, 3 * PARTS])
def test_a_place_is_free_after_the_window_and_at_most_a_part(
    where: str, parts_later: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "cache":
        return  # the clock is Redis's: tests/faults/limits.py waits
    part_ns = 3600 * 10**9 // PARTS
    began = 1_800_000_000 * 10**9 // part_ns * part_ns
    monkeypatch.setattr("papers.limits.time.time_ns", lambda: began)
    assert [take(TWO_AN_HOUR, "a") for _ in range(3)] == [True, True, False]
    monkeypatch.setattr("papers.limits.time.time_ns", lambda: began + parts_later * part_ns)
    assert take(TWO_AN_HOUR, "a") == (parts_later > PARTS)


@pytest.mark.usefixtures("cache_away")
def test_nobody_is_let_through_where_postgres_writes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Django's cache swallows what a full disk, or a database that is read only, says of a row."""
    monkeypatch.setattr(DatabaseCache, "_base_set", lambda *_arguments: False)
    with pytest.raises(CacheAwayError):
        count(TWO_AN_HOUR, "a")
