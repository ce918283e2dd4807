"""Calls of the bench to a connection of ours, with what the report shows of them."""

import time
from collections.abc import Callable
from typing import Any

from .clauses import Exchange, Trial


class CallTrial[Connection](Trial):
    """A trial of a system through the class that connects it. ``stranger``: the same with a wrong password, if any."""

    def __init__(self, connection: Connection, stranger: Connection | None, *, within: float):
        super().__init__({}, within=within)
        self.connection, self.stranger = connection, stranger

    def call[Answer](self, shown: str, act: Callable[[], Answer]) -> Answer:
        """Return the result of a call. ``shown``: the call as the report shows it."""
        began = time.monotonic()
        try:
            answer = act()
        except Exception as fault:
            self.note(
                Exchange(shown, f"{type(fault).__name__}: {fault}", time.monotonic() - began, answered=False)
            )
            raise
        self.note(Exchange(shown, shown_result(answer), time.monotonic() - began))
        return answer


def shown_result(answer: Any) -> str:
    """Return a result as the report shows it."""
    if isinstance(answer, bytes):
        return f"{len(answer)} bytes"
    return "done" if answer is None else str(answer)
