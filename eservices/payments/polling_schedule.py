"""When to ask a provider again. Pure.

With the job every 15 s, a lost message is made up for within a minute: for a day after the payment began or its payer
last saw our page, which is as long as payments live. A run asks about ``BATCH_SIZE`` at most, the longest unasked
first: however many are open, the provider is asked only so often, and each gets its turn.
"""

from datetime import timedelta

FIRST_PAUSE = timedelta(seconds=20)
# time since somebody was last seen → how long to wait
PAUSES = (
    (timedelta(minutes=15), FIRST_PAUSE),
    (timedelta(hours=24), timedelta(seconds=40)),
)
LATER_PAUSE = timedelta(hours=1)
# time since it was begun → how long to wait while the page is open, which asks us every few seconds
BEFORE_THE_PAGE = ((timedelta(minutes=15), timedelta(seconds=5)),)
STILL_THERE = timedelta(seconds=30)
BATCH_SIZE = 50  # payments that one sweep has asked about: 200 in a minute


def next_poll(unseen: timedelta) -> timedelta:
    """How long after this look to look again, where nobody was seen for ``unseen``."""
    return next((pause for until, pause in PAUSES if unseen < until), LATER_PAUSE)


def poll_pause_while_waiting(age: timedelta) -> timedelta:
    """How long after one look the next may follow because somebody waits before the page."""
    return next((pause for until, pause in BEFORE_THE_PAGE if age < until), STILL_THERE)
