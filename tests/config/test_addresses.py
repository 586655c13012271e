import ssl
from typing import Any

import environ
import kombu
import pytest
import redis
from django.core.exceptions import ImproperlyConfigured

from config.addresses import broker_url, read_database_url, read_redis_url

DEFAULT = "postgres:///default"


@pytest.fixture
def env() -> environ.FileAwareEnv:
    return environ.FileAwareEnv()


def test_a_database_address_is_read_in_parts(
    env: environ.FileAwareEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ada:p%23%40%25@db.example.org:5433/papers")
    config = read_database_url(env, DEFAULT)
    assert (config["USER"], config["PASSWORD"]) == ("ada", "p#@%")
    assert (config["HOST"], config["PORT"], config["NAME"]) == ("db.example.org", 5433, "papers")


def test_unset_means_the_default(
    env: environ.FileAwareEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert read_database_url(env, DEFAULT)["NAME"] == "default"
    assert read_redis_url(env, "redis://default") == "redis://default"


@pytest.mark.parametrize(
    "value",
    [
        "papers",
        "mysql://ada:secret@db/papers",
        "postgres://ada:sec/ret@db:5432/papers",
        "postgres://ada:secret@db:54x2/papers",
        "postgres://ada:secret@db:5432/",
    ],
)
def test_a_wrong_database_address_is_one_line_without_the_password(
    env: environ.FileAwareEnv, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", value)
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL .*postgres://") as error:
        read_database_url(env, DEFAULT)
    assert "\n" not in str(error.value)
    assert "sec" not in str(error.value)


@pytest.mark.parametrize("value", ["localhost:6379", "http://localhost", "redis://h:port/0"])
def test_a_wrong_redis_address_is_one_line(
    env: environ.FileAwareEnv, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("REDIS_URL", value)
    with pytest.raises(ImproperlyConfigured, match=r"^REDIS_URL"):
        read_redis_url(env, "redis://default")


@pytest.mark.parametrize(
    ("given", "for_celery"),
    [
        ("redis://host:6379/2", "redis://host:6379/2"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
    ],
)
def test_celery_gets_the_address_in_its_own_words(given: str, for_celery: str) -> None:
    assert broker_url(given) == for_celery


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("rediss://:secret@host:6380/2", ssl.CERT_REQUIRED),
        ("rediss://host:6380/2?ssl_ca_certs=/etc/ca.pem", ssl.CERT_REQUIRED),
        ("rediss://host:6380/2?ssl_cert_reqs=none", ssl.CERT_NONE),
    ],
)
def test_by_tls_celery_asks_for_a_certificate_as_the_cache_does(given: str, wanted: int) -> None:
    options: Any = kombu.Connection(broker_url(given)).ssl
    assert options["ssl_cert_reqs"] == wanted
    for address in (given, broker_url(given)):
        connection: Any = redis.Redis.from_url(address).connection_pool.make_connection()
        assert connection.cert_reqs == wanted
        assert connection.check_hostname == (wanted == ssl.CERT_REQUIRED)


def test_empty_means_the_default_too(
    env: environ.FileAwareEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    assert read_database_url(env, DEFAULT)["NAME"] == "default"
