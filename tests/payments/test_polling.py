"""How often a provider is asked, whoever waits."""

from datetime import timedelta

from eservices.payments.polling import AT_ONCE, next_look, pause_before_the_page
from eservices.payments.providers import Provider

SWEEP = timedelta(seconds=15)
PAGE = timedelta(seconds=15)  # the slowest that an open page asks us, see payment.js
MINUTE = timedelta(minutes=1)


def test_for_as_long_as_a_payment_lives_a_look_follows_within_a_minute_and_so_it_does_while_the_page_is_open():
    for minutes in range(0, int(Provider.lifetime / MINUTE), 5):
        assert next_look(timedelta(minutes=minutes)) + SWEEP < MINUTE
    for hours in range(24):
        assert pause_before_the_page(timedelta(hours=hours)) + PAGE < MINUTE


def test_the_longer_nobody_was_seen_the_longer_the_pause():
    pauses = [next_look(timedelta(minutes=5 * number)) for number in range(12 * 48)]
    assert pauses == sorted(pauses)


def test_one_that_was_left_behind_costs_two_thousand_questions_and_all_together_four_a_second_at_most():
    age, asked = timedelta(), 0
    while age < Provider.lifetime:
        age, asked = age + next_look(age), asked + 1
    assert asked < 2_200
    assert next_look(age) >= timedelta(hours=1)  # were it not given up
    assert AT_ONCE / SWEEP.total_seconds() < 4
    assert AT_ONCE * next_look(timedelta(hours=3)) / SWEEP > 130  # open at once, each within the minute
