"""The Redis cache that degrades: while Redis is away nothing is remembered, and nobody fails or waits for it.

Nothing correct depends on the cache. What must not be done without it (counting tries to sign in) asks `available`.
"""

from collections.abc import Callable
from typing import Any

from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.cache.backends.redis import RedisCache

from core import outages
from core.outages import Breaker

# Of the process: Django makes a backend for each thread and, under ASGI, for each request.
_breaker = Breaker("The cache")


class DegradingRedisCache(RedisCache):
    """Django's Redis cache, whose every operation ends as if the cache were empty while Redis is away."""

    def _or(self, otherwise: Any, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if _breaker.open:
            return otherwise
        try:
            found = operation(*args, **kwargs)
        except Exception as error:
            if outages.of(error) is None:
                raise
            _breaker.failed(error)
            return otherwise
        _breaker.worked()
        return found

    def available(self) -> bool:
        """Whether Redis answers now."""
        return bool(self._or(False, self._cache.get_client().ping))

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._or(True, super().add, *args, **kwargs)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._or(default, super().get, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._or(None, super().set, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._or(False, super().touch, *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._or(False, super().delete, *args, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._or({}, super().get_many, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._or(False, super().has_key, *args, **kwargs))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(self._or(delta, super().incr, key, delta, version))

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._or([], super().set_many, *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._or(None, super().delete_many, *args, **kwargs)

    def clear(self) -> None:
        self._or(None, super().clear)


def available() -> bool:
    """Whether the cache remembers at present."""
    backend = caches[DEFAULT_CACHE_ALIAS]
    return backend.available() if isinstance(backend, DegradingRedisCache) else True
