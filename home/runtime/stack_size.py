"""Room for the calls of a request, a task or a test on Python's stack.

CPython keeps the calls that a thread is in the midst of in pieces of 16 kB. It asks the system for the next piece where
one is full, and returns it as soon as the call that needed it is over: a loop at just that depth pays for both at each
turn, three hundred times the price of a call. A page of the admin did so a thousand times, a fifth of its time.
Fixed by https://github.com/python/cpython/issues/142183, in versions that Debian does not have yet.
"""

from collections.abc import Callable
from functools import wraps

# Of 8 bytes: a call that wide is given a piece of 512 kB, of which not quite half is left for all that it calls; never
# enough for another one as wide, which has a piece of its own.
STACK_WORDS = 2**15


def with_stack_size[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """``function``, all of whose calls stand in one piece. What of it is not used takes no memory."""

    @wraps(function)
    def roomy(*args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=STACK_WORDS)
    return roomy
