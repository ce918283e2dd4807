"""Comparison of a subscriber with the member at Mailchimp.

Pure. A person who unsubscribed on either side stays so.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from ...states import SubscriberState


class SyncStep(Enum):
    NOTHING = auto()
    TELL = auto()  # update Mailchimp with the state here
    UNSUBSCRIBE = auto()  # unsubscribe here
    BOUNCE = auto()  # mark as bounced here: Mailchimp found the address unreachable
    TAKE_OVER = auto()  # subscribe here: the person subscribed at Mailchimp, which has the date
    CHANGE = auto()  # change here: the choice at Mailchimp is newer


@dataclass(frozen=True)
class OurState:
    state: str
    language: str
    topics: frozenset[str]  # names, as the tags at Mailchimp
    changed_at: datetime  # the latest choice here
    unsubscribed_at: datetime | None = None


@dataclass(frozen=True)
class TheirState:
    status: str
    language: str
    topics: frozenset[str]  # only those that are topics here
    changed_at: datetime
    opted_at: datetime | None = None


def next_sync_step(ours: OurState | None, theirs: TheirState | None) -> SyncStep:
    """Return the one step after which subscriber and member agree."""
    if theirs is None:
        return SyncStep.TELL if ours and ours.state == SubscriberState.CONFIRMED else SyncStep.NOTHING
    if theirs.status == "subscribed":
        return _subscribed_there(ours, theirs)
    if ours is None or ours.state != SubscriberState.CONFIRMED:
        return SyncStep.NOTHING
    if theirs.status == "cleaned":
        return SyncStep.BOUNCE
    if theirs.status in ("unsubscribed", "archived"):
        return SyncStep.TELL if ours.changed_at > theirs.changed_at else SyncStep.UNSUBSCRIBE
    return SyncStep.NOTHING


def _subscribed_there(ours: OurState | None, theirs: TheirState) -> SyncStep:
    if ours is None or ours.state == SubscriberState.PENDING:
        return SyncStep.TAKE_OVER if theirs.opted_at else SyncStep.NOTHING
    if ours.state == SubscriberState.CONFIRMED:
        same = (ours.language, ours.topics) == (theirs.language, theirs.topics)
        return (
            SyncStep.NOTHING
            if same
            else SyncStep.CHANGE
            if theirs.changed_at > ours.changed_at
            else SyncStep.TELL
        )
    left = ours.unsubscribed_at or ours.changed_at
    return SyncStep.TAKE_OVER if theirs.opted_at and theirs.opted_at > left else SyncStep.TELL
