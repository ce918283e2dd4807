"""Cache of addresses and page frames until the site changes: keys contain a version that each change replaces.

Nothing is purged: entries of an older version are not read again and expire.
"""

import pickle
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.cache import cache
from django.db import transaction

from ..runtime.read_replica import read_primary_after_publication

KEY = "site-generation"
SECONDS = (
    600  # the longest time, plus a minute, that a change past the models (a bare SQL update) stays unseen
)
MAX_LOCAL_ENTRIES = 500  # cached values

_at_hand: dict[str, bytes] = {}  # cached values that this process has read
_at_hand_since: tuple[str, int] | None = None  # their version and minute

_of_request: ContextVar[dict | None] = ContextVar("of_request", default=None)


@contextmanager
def version_read_once() -> Iterator[None]:
    """Read the version and each cached value once within the block, as within a request."""
    token = _of_request.set({})
    try:
        yield
    finally:
        _of_request.reset(token)


def _request_values() -> dict:
    """Return the values read earlier in the same request."""
    seen = _of_request.get()
    return {} if seen is None else seen


def current_version() -> str:
    """Return the current version of the site, or the one that this request read first."""
    seen = _request_values()
    if KEY not in seen:
        seen[KEY] = cache.get(KEY) or bump_version()
    return seen[KEY]


def bump_version() -> str:
    """Replace the version of the site, which invalidates everything cached."""
    generation = uuid.uuid4().hex
    read_primary_after_publication()
    cache.set(KEY, generation, None)
    _request_values()[KEY] = generation
    return generation


def invalidate_site() -> None:
    """Invalidate the cache now and again after the commit.

    A reader in between may have cached the old content.
    """
    bump_version()
    transaction.on_commit(bump_version)


def cached_per_version[Value](
    name: str, make: Callable[[], Value], worth: Callable[[Value], bool] = lambda value: value is not None
) -> Value:
    """Return the result of ``make``, cached per site version under ``name`` if ``worth`` returns True for it."""
    generation, seen = current_version(), _request_values()
    key = f"site-{generation}-{name}"
    if key in seen:
        return seen[key]
    value = _read(key, generation)
    if value is None:
        value = make()
        if worth(value):
            cache.set(key, value, SECONDS)
            _remember(key, value)
    seen[key] = value
    return value


def _read(key: str, generation: str):
    """Return the cached value of a key; None if there is none.

    A process reads it from the cache once a minute. It holds the value pickled, so that no caller changes that of
    another. A page needs ten such values, and opening a file takes longer than unpickling.
    """
    global _at_hand_since  # noqa: PLW0603 - one cache per process
    now = generation, int(time.time() // 60)
    if now != _at_hand_since or len(_at_hand) >= MAX_LOCAL_ENTRIES:
        _at_hand.clear()
        _at_hand_since = now
    if packed := _at_hand.get(key):
        return pickle.loads(packed)
    value = cache.get(key)
    if value is not None:
        _remember(key, value)
    return value


def _remember(key: str, value) -> None:
    _at_hand[key] = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
