"""When to ask a provider again. Pure.

With the sweep every 15 s, a lost message is made up for within a minute: for a day after somebody began, or was last
seen before our page, which is as long as payments live. A sweep asks about ``AT_ONCE`` at most, those that were asked
the longest ago first: however many lie open, the provider is asked so often and no more, and each has its turn.
"""

from datetime import timedelta

FIRST = timedelta(seconds=20)
# time since somebody was last seen → how long to wait
PAUSES = (
    (timedelta(minutes=15), FIRST),
    (timedelta(hours=24), timedelta(seconds=40)),
)
LATER = timedelta(hours=1)
# time since it was begun → how long to wait while the page is open, which asks us every few seconds
BEFORE_THE_PAGE = ((timedelta(minutes=15), timedelta(seconds=5)),)
STILL_THERE = timedelta(seconds=30)
AT_ONCE = 50  # payments that one sweep has asked about: 200 in a minute


def next_look(unseen: timedelta) -> timedelta:
    """How long after this look to look again, where nobody was seen for ``unseen``."""
    return next((pause for until, pause in PAUSES if unseen < until), LATER)


def pause_before_the_page(age: timedelta) -> timedelta:
    """How long after one look the next may follow because somebody waits before the page."""
    return next((pause for until, pause in BEFORE_THE_PAGE if age < until), STILL_THERE)
