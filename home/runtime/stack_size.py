"""Room on Python's stack for the calls of a request, a task or a test.

CPython stores the active calls of a thread in chunks of 16 kB. It requests the next chunk from the system when one is
full, and returns it as soon as the call that needed it ends: a loop at just that depth pays for both in each iteration,
three hundred times the price of a call. A page of the admin did so a thousand times, a fifth of its time. Fixed by
https://github.com/python/cpython/issues/142183, in versions that Debian does not have yet.
"""

from collections.abc import Callable
from functools import wraps

# Words of 8 bytes. A call of this size gets a chunk of 512 kB, of which nearly half is left for the calls within it,
# but never enough for another call of this size, which gets its own chunk.
STACK_WORDS = 2**15


def with_stack_size[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """Wrap ``function`` so that all calls within it share one chunk. Its unused part takes no memory."""

    @wraps(function)
    def roomy(*args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    # A wrapped function has the attributes of a function; its type does not say so.
    roomy.__code__ = roomy.__code__.replace(co_stacksize=STACK_WORDS)  # type: ignore[attr-defined]
    return roomy
