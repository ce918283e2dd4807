"""What follows from how a subscriber stands here and at Mailchimp. Pure. Who left anywhere has left."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from ...states import State


class Do(Enum):
    NOTHING = auto()
    TELL = auto()  # Mailchimp, how it is here
    UNSUBSCRIBE = auto()  # here
    BOUNCE = auto()  # here: Mailchimp found that nobody is there
    TAKE_OVER = auto()  # they subscribed at Mailchimp, which keeps when
    CHANGE = auto()  # here: they chose otherwise at Mailchimp, later than here


@dataclass(frozen=True)
class Ours:
    state: str
    language: str
    topics: frozenset[str]  # names, as Mailchimp's tags
    changed_at: datetime  # what they last said here
    unsubscribed_at: datetime | None = None


@dataclass(frozen=True)
class Theirs:
    status: str
    language: str
    topics: frozenset[str]  # of our topics only
    changed_at: datetime
    opted_at: datetime | None = None


def compare(ours: Ours | None, theirs: Theirs | None) -> Do:
    """The one thing to do so that both sides agree."""
    if theirs is None:
        return Do.TELL if ours and ours.state == State.CONFIRMED else Do.NOTHING
    if theirs.status == "subscribed":
        return _subscribed_there(ours, theirs)
    if ours is None or ours.state != State.CONFIRMED:
        return Do.NOTHING
    if theirs.status == "cleaned":
        return Do.BOUNCE
    if theirs.status in ("unsubscribed", "archived"):
        return Do.TELL if ours.changed_at > theirs.changed_at else Do.UNSUBSCRIBE
    return Do.NOTHING


def _subscribed_there(ours: Ours | None, theirs: Theirs) -> Do:
    if ours is None or ours.state == State.PENDING:
        return Do.TAKE_OVER if theirs.opted_at else Do.NOTHING
    if ours.state == State.CONFIRMED:
        same = (ours.language, ours.topics) == (theirs.language, theirs.topics)
        return Do.NOTHING if same else Do.CHANGE if theirs.changed_at > ours.changed_at else Do.TELL
    left = ours.unsubscribed_at or ours.changed_at
    return Do.TAKE_OVER if theirs.opted_at and theirs.opted_at > left else Do.TELL
