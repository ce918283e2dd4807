"""Facts about the request or task that a process works on, which each line of its log names."""

from contextvars import ContextVar
from typing import Any

_context: ContextVar[dict[str, str]] = ContextVar("log_context")
_process: dict[str, str] = {}


def set_process_facts(**facts: str) -> None:
    """Set facts that hold for all that the process does, such as the commune among those of a host."""
    _process.update(facts)


def begin_log_context(**facts: str) -> None:
    """Forget the facts of the request or task before, and begin with these."""
    _context.set(facts)


def add_to_log_context(**facts: object) -> None:
    """Add facts, such as the case that is being worked on. Identifiers only: no personal data."""
    _context.set(_context.get({}) | {name: str(fact) for name, fact in facts.items()})


def log_context() -> dict[str, str]:
    """Return the facts of the current request or task."""
    return _process | _context.get({})


def begin_task(task_result: Any, **_signal: object) -> None:
    """Name a task that begins, in the lines about it."""
    add_to_log_context(task=task_result.id)


def end_task(**_signal: object) -> None:
    """Forget a task that has ended and what it worked on. The request that ran it, as in tests, stays named."""
    _context.set({name: fact for name, fact in _context.get({}).items() if name == "request"})
