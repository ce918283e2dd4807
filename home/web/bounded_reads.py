"""Answers of servers elsewhere, read no longer and no further than they may take."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer

PIECE = 65_536  # bytes that are read at once


@contextmanager
def abort_at(ends: float, cut_off: Callable[[], None]) -> Iterator[None]:
    """When the time is over, what is open is ``cut_off`` and ``TimeoutError`` raised; ``ends`` by ``time.monotonic``.

    What comes line by line, as a head does, may take for ever without a pause: a server that drips does not hold the
    worker.
    """

    def end() -> None:
        with suppress(OSError):  # it went by itself, at the same moment
            cut_off()

    alarm = Timer(max(ends - time.monotonic(), 0), end)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
        if time.monotonic() >= ends:
            raise TimeoutError


def read_bounded(answer, most: int, ends: float) -> bytes:
    """What is answered, more than ``most`` bytes where it is too large; ``TimeoutError`` when the time is over."""
    found = b""
    while len(found) <= most and (piece := answer.read1(PIECE)):
        found += piece
        if time.monotonic() > ends:
            raise TimeoutError
    return found
