"""How often a provider is asked, whoever waits."""

from datetime import timedelta

from eservices.payments.polling import next_look, pause_before_the_page

SWEEP = timedelta(seconds=15)
PAGE = timedelta(seconds=15)  # the slowest that an open page asks us, see payment.js


def test_for_two_hours_a_look_follows_within_a_minute_and_so_it_does_while_the_page_is_open():
    for minutes in range(120):
        assert next_look(timedelta(minutes=minutes)) + SWEEP < timedelta(minutes=1)
    for hours in range(24):
        assert pause_before_the_page(timedelta(hours=hours)) + PAGE < timedelta(minutes=1)


def test_the_longer_nobody_was_seen_the_longer_the_pause():
    pauses = [next_look(timedelta(minutes=5 * number)) for number in range(12 * 48)]
    assert pauses == sorted(pauses)


def test_one_that_was_left_behind_costs_few_questions_and_a_thousand_old_ones_two_a_second():
    age, asked = timedelta(), 0
    while age < timedelta(hours=24):
        age, asked = age + next_look(age), asked + 1
    assert asked < 350
    assert 1000 / next_look(timedelta(hours=3)).total_seconds() < 2
