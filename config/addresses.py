"""Reads DATABASE_URL, REDIS_URL and EMAIL_URL, and says in one line what is wrong with them.

Never repeats the address itself: it holds a password, and messages end in logs.
"""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

POSTGRES_SCHEMES = {"postgres", "postgresql"}
POSTGRES_FORM = "postgres://user:password@host:5432/name"
# A server whose machine is gone ends no connection: these find out within half a minute, where the
# system would ask after two hours. Of a Unix socket only the first counts.
POSTGRES_OPTIONS = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
REDIS_SCHEMES = {"redis", "rediss", "unix"}
REDIS_FORM = "redis://host:6379/0"
EMAIL_FORM = "smtp+tls://user:password@host:587"


def read_database_url(env: environ.FileAwareEnv, default: str) -> dict[str, Any]:
    """Return Django's settings for the database. Raises ImproperlyConfigured with one line."""
    value = str(env.str("DATABASE_URL", default=""))
    _check("DATABASE_URL", value, POSTGRES_SCHEMES, POSTGRES_FORM)
    config: dict[str, Any] = environ.Env.db_url_config(value or default)
    if not config.get("NAME"):
        raise ImproperlyConfigured(f"DATABASE_URL names no database: write {POSTGRES_FORM}.")
    config["OPTIONS"] = {**POSTGRES_OPTIONS, **config.get("OPTIONS", {})}
    return config


def read_email_url(env: environ.FileAwareEnv) -> dict[str, Any]:
    """Return Django's settings for mail. Raises ImproperlyConfigured with one line."""
    _check("EMAIL_URL", str(env.str("EMAIL_URL")), set(environ.Env.EMAIL_SCHEMES), EMAIL_FORM)
    config: dict[str, Any] = env.email_url("EMAIL_URL")
    return config


def read_redis_url(env: environ.FileAwareEnv, default: str) -> str:
    """Return the address of Redis. Raises ImproperlyConfigured with one line."""
    value = str(env.str("REDIS_URL", default=""))
    _check("REDIS_URL", value, REDIS_SCHEMES, REDIS_FORM)
    return value or default


def broker_url(redis_url: str) -> str:
    """Return the same address as Celery writes it: `redis+socket://` for a Unix socket.

    By TLS the server must show a certificate, as to all other clients of ours: left to itself,
    Kombu takes any.
    """
    if redis_url.startswith("rediss://") and "ssl_cert_reqs=" not in redis_url:
        return f"{redis_url}{'&' if '?' in redis_url else '?'}ssl_cert_reqs=required"
    socket = redis_url.removeprefix("unix://")
    if socket == redis_url:
        return redis_url
    path, _, query = socket.partition("?")
    database = dict(parse_qsl(query)).get("db", "0")
    return f"redis+socket://{path}?virtual_host={database}"


def _check(name: str, value: str, schemes: set[str], form: str) -> None:
    if not value:
        return
    try:
        parts = urlsplit(value)
        port_is_right = parts.port != 0
    except ValueError:
        # A password with a slash, a question mark or a bracket ends the host too early.
        raise ImproperlyConfigured(
            f"{name} cannot be read: write {form}, with odd characters of the password as %XX."
        ) from None
    if parts.scheme not in schemes or not port_is_right:
        raise ImproperlyConfigured(f"{name} must look like {form}.")
