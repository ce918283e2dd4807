"""Repetition of writes that collide with another request."""

from collections.abc import Callable
from functools import wraps

from django.db import IntegrityError


def retry_on_conflict[**Given, Result](write: Callable[Given, Result]) -> Callable[Given, Result]:
    """Decorate a write to repeat it once if another request created the same row at the same time.

    The write opens its own transaction, and finds the other's row when it is repeated.
    """

    @wraps(write)
    def repeated(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return write(*args, **kwargs)
        except IntegrityError:
            return write(*args, **kwargs)

    return repeated
