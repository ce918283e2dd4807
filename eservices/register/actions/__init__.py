"""Every write on register lookups. The population register itself is queried outside any transaction."""

from .posted_codes import CodeRequestRefused, WrongCode, confirm_code, post_code, request_code
from .register_checks import (
    MAX_OUTAGE_WAIT,
    create_check,
    decide_check,
    erase_checks,
    repeat_check,
    run_again,
    run_check,
)
from .resident_records import erase_person, refresh_record, schedule_record_lookup
from .screening import begin_screening, screen, screen_same_person

__all__ = [
    "MAX_OUTAGE_WAIT",
    "CodeRequestRefused",
    "WrongCode",
    "begin_screening",
    "confirm_code",
    "create_check",
    "decide_check",
    "erase_checks",
    "erase_person",
    "post_code",
    "refresh_record",
    "repeat_check",
    "request_code",
    "run_again",
    "run_check",
    "schedule_record_lookup",
    "screen",
    "screen_same_person",
]
