"""Rules of SMS: texts, quiet hours and accepted numbers."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from home.formats.sms import to_sms_text
from home.scheduling.quiet_hours import earliest_send_time
from news.channels.sms.phone_numbers import clean_mobile_number, normalize_sender

ZURICH = ZoneInfo("Europe/Zurich")
NIGHT = (time(20), time(8))


def test_sms_text_replaces_typographic_and_control_characters():
    assert to_sms_text("L’été\u00a0: « œuf »…\x00\x1b\r\n") == 'L\'été : " oeuf "...'


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        (datetime(2026, 11, 26, 12, 0), datetime(2026, 11, 26, 12, 0)),
        (datetime(2026, 11, 26, 20, 0), datetime(2026, 11, 27, 8, 0)),
        (datetime(2026, 11, 27, 3, 30), datetime(2026, 11, 27, 8, 0)),
        (datetime(2026, 11, 27, 8, 0), datetime(2026, 11, 27, 8, 0)),
        (datetime(2026, 10, 24, 23, 0), datetime(2026, 10, 25, 8, 0)),  # the night of a clock change
    ],
)
def test_sms_in_quiet_hours_waits_for_their_end(now, leaves):
    found = earliest_send_time(now.replace(tzinfo=ZURICH), *NIGHT)
    assert found == leaves.replace(tzinfo=ZURICH)


def test_quiet_hours_can_be_within_a_day_or_absent():
    noon = datetime(2026, 11, 26, 12, 30, tzinfo=ZURICH)
    assert earliest_send_time(noon, time(12), time(13)) == noon.replace(hour=13, minute=0)
    assert earliest_send_time(noon, time(0), time(0)) == noon


@pytest.mark.parametrize("typed", ["079 123 45 67", "+41 79 123 45 67", "0041791234567", "079/123.45.67"])
def test_national_mobile_number_is_accepted(typed):
    assert clean_mobile_number(typed) == "+41791234567"


@pytest.mark.parametrize(
    "typed",
    [
        "0900 123 456",  # premium
        "+41 901 123 456",
        "0800 123 456",
        "0848 123 456",
        "021 869 12 34",  # a landline
        "+33 6 12 34 56 78",
        "+44 7700 900123",
        "+1 900 555 0123",
        "+882 16 1234 5678",  # satellite
        "+423 660 12 34",
        "117",
        "079 123 45 67 ext. 9",
        "079 123 45",
        "abc",
        "0" * 10_000,
        "+41791234567\r\nBcc: x@y",
        "079\x00",
    ],
)
def test_foreign_premium_and_landline_numbers_are_refused(typed):
    with pytest.raises(ValidationError):
        clean_mobile_number(typed)


def test_sender_is_normalized_with_and_without_plus():
    assert normalize_sender("41791234567") == normalize_sender("+41791234567") == "+41791234567"
    assert normalize_sender("x" * 10_000) == ""
