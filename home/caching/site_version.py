"""What an address leads to, and what surrounds every page, is kept in the cache until the site changes: its key has a
generation that each change raises.

Purging is never needed: what was kept for an older generation is not looked up again and expires.
"""

import pickle
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.cache import cache
from django.db import transaction

KEY = "site-generation"
SECONDS = 600  # the most, and a minute, that a change made past the models (a bare SQL update) stays unseen
MAX_LOCAL_ENTRIES = 500  # pieces

_at_hand: dict[str, bytes] = {}  # what this process has read of what is kept
_at_hand_since: tuple[str, int] | None = None  # in which generation and minute

_of_request: ContextVar[dict | None] = ContextVar("of_request", default=None)


@contextmanager
def version_read_once() -> Iterator[None]:
    """Within it, as for a request, the generation is asked once and what is kept is read once."""
    token = _of_request.set({})
    try:
        yield
    finally:
        _of_request.reset(token)


def _seen() -> dict:
    """What was read before, in the same request."""
    seen = _of_request.get()
    return {} if seen is None else seen


def current_version() -> str:
    """The generation of the site as it stands, or as it stood when the request at hand asked first."""
    seen = _seen()
    if KEY not in seen:
        seen[KEY] = cache.get(KEY) or bump_version()
    return seen[KEY]


def bump_version() -> str:
    """The site changed: what was kept until now holds no longer."""
    generation = uuid.uuid4().hex
    cache.set(KEY, generation, None)
    _seen()[KEY] = generation
    return generation


def invalidate_site() -> None:
    """What is written now changes the site: it is told at once, and again when others can see it.

    A reader in between may have kept what stood there before.
    """
    bump_version()
    transaction.on_commit(bump_version)


def cached_per_version[Value](
    name: str, make: Callable[[], Value], worth: Callable[[Value], bool] = lambda value: value is not None
) -> Value:
    """What ``make`` answers, made once per generation under ``name``; again each time where it is not ``worth`` it."""
    generation, seen = current_version(), _seen()
    key = f"site-{generation}-{name}"
    if key in seen:
        return seen[key]
    value = _read(key, generation)
    if value is None:
        value = make()
        if worth(value):
            cache.set(key, value, SECONDS)
            _hold(key, value)
    seen[key] = value
    return value


def _read(key: str, generation: str):
    """What is kept under a key; a process reads it once a minute and has it at hand, packed: nobody changes another's.

    A page is made of ten such pieces, and to open a file takes longer than to unpack it.
    """
    global _at_hand_since
    now = generation, int(time.time() // 60)
    if now != _at_hand_since or len(_at_hand) >= MAX_LOCAL_ENTRIES:
        _at_hand.clear()
        _at_hand_since = now
    if packed := _at_hand.get(key):
        return pickle.loads(packed)
    value = cache.get(key)
    if value is not None:
        _hold(key, value)
    return value


def _hold(key: str, value) -> None:
    _at_hand[key] = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
