"""Django's Redis cache, made so that the site answers while Redis is away (DESIGN 3.15).

A connection error is a miss; after one the cache is left alone for OPEN_SECONDS, so that pages do
not each wait for a time-out. It never raises for a lost connection; other errors pass through.
"""

import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

TIMEOUT_SECONDS = 0.25
OPEN_SECONDS = 5.0

_LOST = (RedisConnectionError, RedisTimeoutError, OSError)


class ForgivingRedisClient(RedisCacheClient):
    def __init__(self, servers: list[str], **options: Any) -> None:
        options.setdefault("socket_timeout", TIMEOUT_SECONDS)
        options.setdefault("socket_connect_timeout", TIMEOUT_SECONDS)
        super().__init__(servers, **options)


class ForgivingRedisCache(RedisCache):
    """`get` misses, `set` and `add` answer False, while the server cannot be reached."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingRedisClient
        self._closed_until = 0.0

    def _try(self, call: Callable[[], Any], otherwise: Any) -> Any:
        if time.monotonic() < self._closed_until:
            return otherwise
        try:
            return call()
        except _LOST:
            self._closed_until = time.monotonic() + OPEN_SECONDS
            return otherwise

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._try(
            lambda: super(ForgivingRedisCache, self).get(key, default, version), default
        )

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._try(lambda: super(ForgivingRedisCache, self).set(*args, **kwargs), None)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(lambda: super(ForgivingRedisCache, self).add(*args, **kwargs), False))

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(
            self._try(lambda: super(ForgivingRedisCache, self).touch(*args, **kwargs), False)
        )

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(
            self._try(lambda: super(ForgivingRedisCache, self).delete(*args, **kwargs), False)
        )

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        found = self._try(lambda: super(ForgivingRedisCache, self).get_many(keys, version), {})
        return dict(found)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return bool(
            self._try(lambda: super(ForgivingRedisCache, self).has_key(key, version), False)
        )

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(
            self._try(lambda: super(ForgivingRedisCache, self).incr(key, delta, version), delta)
        )

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        kept = self._try(
            lambda: super(ForgivingRedisCache, self).set_many(data, *args, **kwargs), list(data)
        )
        return list(kept)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._try(lambda: super(ForgivingRedisCache, self).delete_many(*args, **kwargs), None)

    def clear(self) -> None:
        self._try(super().clear, None)
