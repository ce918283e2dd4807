"""The cache of a site without Redis: files, which all its processes share."""

import pickle
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import randrange

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache
from django.core.files import locks

SELDOM = 100  # writings between two looks for room, on average


class FileCache(FileBasedCache):
    """Django's, which lists all its files before it writes one: with thousands, longer than the page took to make.

    It adds and counts as Redis does: of callers at the same time each has its turn, and what is counted keeps its end.
    """

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
            locks.lock(file, locks.LOCK_EX)  # until it is closed
            yield

    def _entry(self, key, version) -> tuple[float | None, int]:
        """Seconds until it ends, None where it never does, and what it holds; ``ValueError`` where there is none."""
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
        if randrange(SELDOM) == 0:
            super()._cull()
