"""Detection of forms that are submitted too fast."""

from datetime import timedelta

import pytest
from django.utils import timezone

from home.web.form_timing import is_submitted_too_fast, sign_opening_time


@pytest.mark.parametrize(
    ("passed", "is_fast"),
    [
        (timedelta(seconds=0), True),
        (timedelta(seconds=2), True),
        (timedelta(seconds=3), False),
        (timedelta(days=1), False),
        (timedelta(minutes=-5), False),  # the clock went back
    ],
)
def test_form_is_fast_within_the_first_seconds(time_machine, passed, is_fast):
    now = timezone.now().replace(microsecond=0)
    time_machine.move_to(now, tick=False)
    stamp = sign_opening_time()
    time_machine.move_to(now + passed, tick=False)
    assert is_submitted_too_fast(stamp, 3) is is_fast
    assert not is_submitted_too_fast(stamp, 0)


@pytest.mark.parametrize("stamp", ["", "opened", "opened:1:x"])
def test_form_with_a_stamp_of_somebody_else_is_fast(stamp):
    assert is_submitted_too_fast(stamp, 3)
