"""Values that are computed once per object, such as the user of one request."""

from collections.abc import Callable


def cached_attribute[T](owner: object, name: str, compute: Callable[[], T]) -> T:
    """Return the attribute ``name`` of ``owner``. Compute and set it if it is missing."""
    if not hasattr(owner, name):
        setattr(owner, name, compute())
    found: T = getattr(owner, name)
    return found
