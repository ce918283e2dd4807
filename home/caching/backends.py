"""Cache backends: files, which all processes of the site share, or Redis.

Both may be lost at any time. If the cache cannot be read or written (full disk, Redis unavailable, folder of another
user), pages are rendered for each request, rate limits do not count, and the log and ``/health/`` report it.
"""

import pickle
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import randrange

from django.core.cache.backends import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache
from django.core.files import locks

from ..runtime.outages import CACHE

SELDOM = 100  # writes between two culls, on average


class FaultTolerantCacheMixin:
    """Cache errors become misses: a page is served even if it cannot be cached."""

    faults: tuple[type[Exception], ...] = (OSError,)

    def get(self, key, default=None, version=None):
        return self._tolerating_faults(super().get, key, default, version, otherwise=default)

    def has_key(self, key, version=None):
        return self._tolerating_faults(super().has_key, key, version, otherwise=False)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._tolerating_faults(super().set, key, value, timeout, version, writes=True)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._tolerating_faults(super().add, key, value, timeout, version, otherwise=True, writes=True)

    def delete(self, key, version=None):
        return self._tolerating_faults(super().delete, key, version, otherwise=False)

    def incr(self, key, delta=1, version=None):
        value = self._tolerating_faults(super().incr, key, delta, version)
        if value is None:
            raise ValueError(f"Key {key!r} not found")
        return value

    def _tolerating_faults(self, act, *given, otherwise=None, writes=False):
        try:
            answer = act(*given)
        except self.faults as fault:
            CACHE.record_failure(fault)
            return otherwise
        if writes:  # a full disk can be read
            CACHE.record_success()
        return answer


class SharedFileCache(FileBasedCache):
    """Django's file cache, with rare culling and atomic ``add`` and ``incr``.

    Django lists all files before each write: with thousands of files, this takes longer than rendering the page.
    ``add`` and ``incr`` work as in Redis: concurrent callers take turns, and a counter keeps its expiry.
    """

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        try:
            super().set(key, value, timeout, version)
        except OSError:
            self.delete(key, version)  # the old value is outdated
            raise

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        with self._turn():
            return super().add(key, value, timeout, version)

    def incr(self, key, delta=1, version=None):
        with self._turn():
            left, value = self._entry(key, version)
            self.set(key, value + delta, left, version)
            return value + delta

    @contextmanager
    def _turn(self) -> Iterator[None]:
        self._createdir()
        with open(Path(self._dir) / "turn.lock", "wb") as file:
            locks.lock(file, locks.LOCK_EX)  # until the file is closed
            yield

    def _createdir(self):
        # Django would create the parent folders without access for others, but the proxy serves pictures from beside
        # it.
        folder = Path(self._dir)
        if folder.is_dir():
            return
        if not (parent := folder.parent).is_dir():
            parent.mkdir(parents=True, exist_ok=True)
            parent.chmod(0o755)  # the proxy reads the published files there
        super()._createdir()

    def _entry(self, key, version) -> tuple[float | None, int]:
        """Return the seconds until the entry expires (None for never) and its value. Raise ValueError without entry."""
        try:
            with open(self._key_to_file(key, version), "rb") as file:
                ends, value = pickle.load(file), pickle.loads(zlib.decompress(file.read()))
        except FileNotFoundError:
            ends, value = 0, 0
        left = None if ends is None else ends - time.time()
        if left is not None and left <= 0:
            raise ValueError(f"Key {key!r} not found")
        return left, value

    def _cull(self):
        if randrange(SELDOM) == 0:  # noqa: S311 - chance, no secret
            super()._cull()


class FileCache(FaultTolerantCacheMixin, SharedFileCache):
    """File cache, for a site without Redis."""


class RedisCache(FaultTolerantCacheMixin, redis.RedisCache):
    """Redis cache, for a site on several machines."""

    @property
    def faults(self):
        return OSError, self._cache._lib.RedisError
