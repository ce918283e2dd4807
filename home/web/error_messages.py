"""Error messages of other systems, for operators."""

from collections.abc import Callable

from django.db import Error


def describe_error(fault: Exception) -> str:
    """Return the message of an exception; the name of its class if the message is empty."""
    return str(fault) or type(fault).__name__


def describe_fault(fault: Exception) -> str:
    """Return the class and message of an exception, to be stored and shown to staff.

    Of an error of the database only the first line: PostgreSQL names the values of the refused row in the next ones.
    """
    message = str(fault)
    if isinstance(fault, Error):
        message = message.strip().partition("\n")[0]
    return f"{type(fault).__name__}: {message}"


def error_message_of(act: Callable[[], object]) -> str:
    """Call ``act`` and return the message of any exception it raises; "" if it raises none."""
    try:
        act()
    except Exception as fault:
        return describe_error(fault)
    return ""
