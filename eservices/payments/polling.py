"""When to ask a provider again. Pure.

With the sweep every 15 s, a lost message is made up for within a minute while somebody may be paying: for two hours
after they began, or after they last waited before our page. What lies open for longer is asked about ever more
seldom, so that however many there are, the provider is left in peace.
"""

from datetime import timedelta

FIRST = timedelta(seconds=20)
# time since somebody was last seen → how long to wait
PAUSES = (
    (timedelta(minutes=15), FIRST),
    (timedelta(hours=2), timedelta(seconds=40)),
    (timedelta(hours=24), timedelta(minutes=10)),
)
LATER = timedelta(hours=1)
# time since it was begun → how long to wait while the page is open, which asks us every few seconds
BEFORE_THE_PAGE = ((timedelta(minutes=15), timedelta(seconds=5)),)
STILL_THERE = timedelta(seconds=30)


def next_look(unseen: timedelta) -> timedelta:
    """How long after this look to look again, where nobody was seen for ``unseen``."""
    return next((pause for until, pause in PAUSES if unseen < until), LATER)


def pause_before_the_page(age: timedelta) -> timedelta:
    """How long after one look the next may follow because somebody waits before the page."""
    return next((pause for until, pause in BEFORE_THE_PAGE if age < until), STILL_THERE)
