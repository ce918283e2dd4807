"""What went wrong elsewhere, in words for an operator."""

from collections.abc import Callable


def describe_error(fault: Exception) -> str:
    """What an exception says; its name where it says nothing."""
    return str(fault) or type(fault).__name__


def error_message_of(act: Callable[[], object]) -> str:
    """Why something cannot be done now, whatever another system makes of being asked; empty where it can."""
    try:
        act()
    except Exception as fault:
        return describe_error(fault)
    return ""
