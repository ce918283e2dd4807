"""How often a provider is asked, whoever waits."""

from datetime import timedelta

from eservices.payments.polling_schedule import BATCH_SIZE, next_poll, poll_pause_while_waiting
from eservices.payments.providers import PaymentProvider

SWEEP = timedelta(seconds=15)
PAGE = timedelta(seconds=15)  # the slowest that an open page asks us, see payment.js
MINUTE = timedelta(minutes=1)


def test_for_as_long_as_a_payment_lives_a_look_follows_within_a_minute_and_so_it_does_while_the_page_is_open():
    for minutes in range(0, int(PaymentProvider.lifetime / MINUTE), 5):
        assert next_poll(timedelta(minutes=minutes)) + SWEEP < MINUTE
    for hours in range(24):
        assert poll_pause_while_waiting(timedelta(hours=hours)) + PAGE < MINUTE


def test_the_longer_nobody_was_seen_the_longer_the_pause():
    pauses = [next_poll(timedelta(minutes=5 * number)) for number in range(12 * 48)]
    assert pauses == sorted(pauses)


def test_one_that_was_left_behind_costs_two_thousand_questions_and_all_together_four_a_second_at_most():
    age, asked = timedelta(), 0
    while age < PaymentProvider.lifetime:
        age, asked = age + next_poll(age), asked + 1
    assert asked < 2_200
    assert next_poll(age) >= timedelta(hours=1)  # were it not given up
    assert BATCH_SIZE / SWEEP.total_seconds() < 4
    assert BATCH_SIZE * next_poll(timedelta(hours=3)) / SWEEP > 130  # open at once, each within the minute
