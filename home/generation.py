"""What an address leads to, and what surrounds every page, is kept in the cache until the site changes: its key has a
generation that each change raises.

Purging is never needed: what was kept for an older generation is not looked up again and expires.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.cache import cache
from django.db import transaction

KEY = "site-generation"
SECONDS = 600  # the most that a change made past the models (a bare SQL update) stays unseen

_of_request: ContextVar[dict | None] = ContextVar("of_request", default=None)


@contextmanager
def one_look() -> Iterator[None]:
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


def current() -> str:
    """The generation of the site as it stands, or as it stood when the request at hand asked first."""
    seen = _seen()
    if KEY not in seen:
        seen[KEY] = cache.get(KEY) or advance()
    return seen[KEY]


def advance() -> str:
    """The site changed: what was kept until now holds no longer."""
    generation = uuid.uuid4().hex
    cache.set(KEY, generation, None)
    _seen()[KEY] = generation
    return generation


def changed() -> None:
    """What is written now changes the site: it is told at once, and again when others can see it.

    A reader in between may have kept what stood there before.
    """
    advance()
    transaction.on_commit(advance)


def kept[Value](
    name: str, make: Callable[[], Value], worth: Callable[[Value], bool] = lambda value: value is not None
) -> Value:
    """What ``make`` answers, made once per generation under ``name``; again each time where it is not ``worth`` it."""
    key, seen = f"site-{current()}-{name}", _seen()
    if key in seen:
        return seen[key]
    value = cache.get(key)
    if value is None:
        value = make()
        if worth(value):
            cache.set(key, value, SECONDS)
    seen[key] = value
    return value
