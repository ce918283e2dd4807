"""Polling intervals of a provider, with and without a waiting payer."""

from datetime import timedelta

from eservices.payments.polling_schedule import BATCH_SIZE, next_poll, poll_pause_while_waiting
from eservices.payments.providers import PaymentProvider

SWEEP = timedelta(seconds=15)
PAGE = timedelta(seconds=15)  # the slowest interval of an open page, see payment.js
MINUTE = timedelta(minutes=1)


def test_poll_follows_within_a_minute_for_the_whole_lifetime():
    for minutes in range(0, int(PaymentProvider.lifetime / MINUTE), 5):
        assert next_poll(timedelta(minutes=minutes)) + SWEEP < MINUTE
    for hours in range(24):
        assert poll_pause_while_waiting(timedelta(hours=hours)) + PAGE < MINUTE


def test_poll_pause_grows_with_the_age():
    pauses = [next_poll(timedelta(minutes=5 * number)) for number in range(12 * 48)]
    assert pauses == sorted(pauses)


def test_polls_are_limited_in_number_and_rate():
    age, asked = timedelta(), 0
    while age < PaymentProvider.lifetime:
        age, asked = age + next_poll(age), asked + 1
    assert asked < 2_200
    assert next_poll(age) >= timedelta(hours=1)  # if it were not cancelled
    assert BATCH_SIZE / SWEEP.total_seconds() < 4
    assert (
        BATCH_SIZE * next_poll(timedelta(hours=3)) / SWEEP > 130
    )  # open at once, each polled within the minute
