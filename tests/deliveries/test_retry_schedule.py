from datetime import UTC, datetime, timedelta

from eservices.deliveries.retry_schedule import GIVE_UP_AFTER, next_attempt_at

FIRST = datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_first_failure_is_retried_after_a_minute():
    assert next_attempt_at(1, FIRST, FIRST) == FIRST + timedelta(minutes=1)


def test_waits_grow_to_half_a_day():
    waits = [next_attempt_at(attempts, FIRST, FIRST) - FIRST for attempts in range(1, 12)]
    assert waits == sorted(waits)
    assert waits[-1] == waits[-2] == timedelta(hours=12)


def test_retries_end_after_a_week():
    assert next_attempt_at(9, FIRST, FIRST + GIVE_UP_AFTER) is None
    assert next_attempt_at(9, FIRST, FIRST + GIVE_UP_AFTER - timedelta(hours=13)) is not None
