"""Error messages of other systems, for operators."""

from collections.abc import Callable


def describe_error(fault: Exception) -> str:
    """Return the message of an exception; the name of its class if the message is empty."""
    return str(fault) or type(fault).__name__


def error_message_of(act: Callable[[], object]) -> str:
    """Call ``act`` and return the message of any exception it raises; "" if it raises none."""
    try:
        act()
    except Exception as fault:
        return describe_error(fault)
    return ""
