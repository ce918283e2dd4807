"""Bounded reading of responses from other servers."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer

PIECE = 65_536  # bytes per read


@contextmanager
def abort_at(ends: float, cut_off: Callable[[], None]) -> Iterator[None]:
    """Call ``cut_off`` at ``ends`` (of ``time.monotonic``) and raise ``TimeoutError``.

    A socket timeout is not enough: a server that sends headers slowly, without a pause, would block the worker.
    """

    def end() -> None:
        with suppress(OSError):  # it was closed at the same moment
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
    """Read a response until it has more than ``most`` bytes. Raise ``TimeoutError`` after ``ends``.

    The caller detects a response that is too large by its length.
    """
    found = b""
    while len(found) <= most and (piece := answer.read1(PIECE)):
        found += piece
        if time.monotonic() > ends:
            raise TimeoutError
    return found
