"""Facts about the request or task that a process works on, which each line of its log names."""

from contextvars import ContextVar

_context: ContextVar[dict[str, str]] = ContextVar("log_context")


def begin_log_context(**facts: str) -> None:
    """Forget the facts of the request or task before, and begin with these."""
    _context.set(facts)


def add_to_log_context(**facts: object) -> None:
    """Add facts, such as the case that is being worked on. Identifiers only: no personal data."""
    context = log_context()
    _context.set(context | {name: str(fact) for name, fact in facts.items()})


def log_context() -> dict[str, str]:
    """Return the facts of the current request or task."""
    return _context.get({})
