"""Every write on what the register was asked. The register itself is asked outside any transaction."""

from .checks import PATIENCE, ask_again, begin_check, check, decide, erase, run_again
from .codes import CannotAsk, WrongCode, post_code, request_code, type_code
from .entries import expect_entry, forget_person, refresh_entry
from .screening import begin_screening, screen, screen_same_person

__all__ = [
    "PATIENCE",
    "CannotAsk",
    "WrongCode",
    "ask_again",
    "begin_check",
    "begin_screening",
    "check",
    "decide",
    "erase",
    "expect_entry",
    "forget_person",
    "post_code",
    "refresh_entry",
    "request_code",
    "run_again",
    "screen",
    "screen_same_person",
    "type_code",
]
