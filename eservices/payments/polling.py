"""When to ask a provider again. Pure."""

from datetime import timedelta

FIRST = timedelta(seconds=20)  # with the sweep every 15 s: a lost message is made up for within a minute
# age of a payment → how long to wait
PAUSES = ((timedelta(minutes=15), FIRST), (timedelta(hours=2), timedelta(minutes=5)))
LATER = timedelta(hours=1)


def next_look(age: timedelta) -> timedelta:
    """How long after this look to look again: often while somebody sits before the page, then ever more seldom."""
    return next((pause for until, pause in PAUSES if age < until), LATER)
