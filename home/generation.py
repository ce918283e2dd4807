"""What surrounds every page is kept in the cache, keyed by a generation that each change of the site raises.

Purging is never needed: what was kept for an older generation is not looked up again and expires.
"""

import uuid
from collections.abc import Callable

from django.core.cache import cache

KEY = "site-generation"
SECONDS = 600  # the most that a change made past the models (a bare SQL update) stays unseen


def current() -> str:
    """The generation of the site as it stands."""
    return cache.get(KEY) or advance()


def advance() -> str:
    """The site changed: what was kept until now holds no longer."""
    generation = uuid.uuid4().hex
    cache.set(KEY, generation, None)
    return generation


def kept[Value](name: str, make: Callable[[], Value]) -> Value:
    """What ``make`` answers, made once per generation under ``name``."""
    key = f"site-{current()}-{name}"
    value = cache.get(key)
    if value is None:
        value = make()
        cache.set(key, value, SECONDS)
    return value
