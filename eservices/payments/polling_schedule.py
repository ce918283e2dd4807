"""Schedule for polling providers. Pure.

With a job every 15 s, a lost webhook is made up for within a minute. This holds for a day after the payment began
or the payer last saw our page, which is as long as payments are open. A run polls at most ``BATCH_SIZE`` payments,
the longest waiting first, so that the load on a provider is bounded and each payment gets its turn.
"""

from datetime import timedelta

FIRST_PAUSE = timedelta(seconds=20)
# time since the payer was last seen → pause
PAUSES = (
    (timedelta(minutes=15), FIRST_PAUSE),
    (timedelta(hours=24), timedelta(seconds=40)),
)
LATER_PAUSE = timedelta(hours=1)
# time since the payment began → pause while the page is open, which polls us every few seconds
BEFORE_THE_PAGE = ((timedelta(minutes=15), timedelta(seconds=5)),)
STILL_THERE = timedelta(seconds=30)
BATCH_SIZE = 50  # payments polled per run of the job, so 200 a minute


def next_poll(unseen: timedelta) -> timedelta:
    """Return the pause before the next poll if the payer was last seen ``unseen`` ago."""
    return next((pause for until, pause in PAUSES if unseen < until), LATER_PAUSE)


def poll_pause_while_waiting(age: timedelta) -> timedelta:
    """Return the minimum pause between polls while the payer waits on the page."""
    return next((pause for until, pause in BEFORE_THE_PAGE if age < until), STILL_THERE)
