"""Django's Redis cache, made so that the site answers while Redis is away (DESIGN 3.15).

An error of Redis is a miss; after one the cache is left alone for OPEN_SECONDS, so that pages do
not each wait for a time-out. So it is with a server that answers and takes nothing, for it is full
or was made a replica by a failover; that is logged, for nobody else tells of it. It never raises.
What allauth's limits keep goes to Postgres meanwhile: with misses nobody could log in.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, cast

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property
from redis.exceptions import RedisError, ResponseError

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 0.25
OPEN_SECONDS = 5.0
# The first words of allauth's keys (allauth/core/internal/ratelimit.py), and of the locks on them.
LIMITS_OF_ALLAUTH = "allauth:rl:"

_LOST = (RedisError, OSError)


class ForgivingRedisClient(RedisCacheClient):
    def __init__(self, servers: list[str], **options: Any) -> None:
        options.setdefault("socket_timeout", TIMEOUT_SECONDS)
        options.setdefault("socket_connect_timeout", TIMEOUT_SECONDS)
        super().__init__(servers, **options)

    @cached_property
    def _only_client(self) -> Any:
        return super().get_client()

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Of the one server: Django makes a client for each call, in a tenth of a kept page."""
        return self._only_client

    def run_script(self, script: str, key: str, *arguments: Any) -> Any:
        return self.get_client(key, write=True).eval(script, 1, key, *arguments)


class ForgivingRedisCache(RedisCache):
    """`get` misses, `set` and `add` answer False, while the server cannot be reached."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingRedisClient
        self._closed_until = 0.0

    def _try(self, call: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
        if time.monotonic() < self._closed_until:
            return otherwise()
        try:
            return call()
        except _LOST as error:
            self._closed_until = time.monotonic() + OPEN_SECONDS
            if isinstance(error, ResponseError):
                logger.error("Redis answers and refuses: %s", error)
            return otherwise()

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        def otherwise() -> Any:
            return caches["limits"].get(key, default) if _is_limit(key) else default

        return self._try(
            lambda: super(ForgivingRedisCache, self).get(key, default, version), otherwise
        )

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        def otherwise() -> None:
            if _is_limit(key):
                caches["limits"].set(key, value, *args, **kwargs)

        self._try(
            lambda: super(ForgivingRedisCache, self).set(key, value, *args, **kwargs), otherwise
        )

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        def otherwise() -> bool:
            return _is_limit(key) and bool(caches["limits"].add(key, value, *args, **kwargs))

        return bool(
            self._try(
                lambda: super(ForgivingRedisCache, self).add(key, value, *args, **kwargs), otherwise
            )
        )

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(
            self._try(lambda: super(ForgivingRedisCache, self).touch(*args, **kwargs), bool)
        )

    def delete(self, key: Any, version: int | None = None) -> bool:
        def otherwise() -> bool:
            return _is_limit(key) and bool(caches["limits"].delete(key, version))

        return bool(
            self._try(lambda: super(ForgivingRedisCache, self).delete(key, version), otherwise)
        )

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        found = self._try(lambda: super(ForgivingRedisCache, self).get_many(keys, version), dict)
        return dict(found)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return bool(self._try(lambda: super(ForgivingRedisCache, self).has_key(key, version), bool))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(
            self._try(
                lambda: super(ForgivingRedisCache, self).incr(key, delta, version), lambda: delta
            )
        )

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        kept = self._try(
            lambda: super(ForgivingRedisCache, self).set_many(data, *args, **kwargs),
            lambda: list(data),
        )
        return list(kept)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._try(
            lambda: super(ForgivingRedisCache, self).delete_many(*args, **kwargs), lambda: None
        )

    def clear(self) -> None:
        self._try(super().clear, lambda: None)

    def run_script(self, script: str, key: str, *arguments: Any) -> Any:
        """Return what a Lua script answers for one key of ours; None while the server is away."""
        name = self.make_and_validate_key(key)
        client = cast("ForgivingRedisClient", self._cache)
        return self._try(lambda: client.run_script(script, name, *arguments), lambda: None)


def _is_limit(key: Any) -> bool:
    return str(key).startswith(LIMITS_OF_ALLAUTH)
