"""Redis is away: pages go on without the cache, allauth's limits count in Postgres."""

from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cache_away")]


def test_what_is_kept_is_a_miss() -> None:
    cache.set("page", "words")
    assert cache.get("page") is None
    assert not cache.add("page", 1)
    assert not cache.delete("page")
    assert cache.get_many(["page"]) == {}
    assert cache.incr("page") == 1


def test_what_limits_of_accounts_keep_is_in_postgres() -> None:
    assert cache.add("allauth:rl:x:lock", True, timeout=10)
    assert not cache.add("allauth:rl:x:lock", True, timeout=10)
    assert cache.delete("allauth:rl:x:lock")
    cache.set("allauth:rl:x", [1.5], 60)
    assert cache.get("allauth:rl:x", []) == [1.5]


@pytest.mark.promise(35)
def test_passwords_are_tried_no_oftener_without_the_cache(settings: Settings) -> None:
    user = make_user()
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/m/key"}
    body = urlencode({"login": user.email, "password": "not it"})
    kind = "application/x-www-form-urlencoded"
    for _time in range(2):
        page = Client().post("/accounts/login/", body, kind)
        assert "too many" not in page.content.decode().lower()
    page = Client().post("/accounts/login/", body, kind)
    assert "too many" in page.content.decode().lower()
    user.set_password("a long passphrase")
    user.save()
    right = urlencode({"login": user.email, "password": "a long passphrase"})
    assert Client().post("/accounts/login/", right, kind).status_code == 200


def test_readers_log_in_without_the_cache() -> None:
    user = make_user()
    user.set_password("a long passphrase")
    user.save()
    answer = Client().post(
        "/accounts/login/", {"login": user.email, "password": "a long passphrase"}
    )
    assert answer.status_code == 302
