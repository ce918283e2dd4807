"""The states of a case and what may follow what, as data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    RECEIVED = "received", _("received")
    IN_PROGRESS = "in_progress", _("in progress")
    WAITING = "waiting", _("waiting for the applicant")
    DECIDED = "decided", _("accepted, being completed")
    CLOSED = "closed", _("closed")


class Outcome(TextChoices):
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    COMPLETED = "completed", _("completed")


# action → (states it may start from, state it leads to; None leaves the state as it is)
TRANSITIONS: dict[str, tuple[frozenset[State], State | None]] = {
    "take": (frozenset({State.RECEIVED, State.IN_PROGRESS}), State.IN_PROGRESS),
    "assign": (frozenset({State.RECEIVED, State.IN_PROGRESS, State.WAITING, State.DECIDED}), None),
    "note": (frozenset(State), None),
    "message": (frozenset(State), None),
    "ask": (frozenset({State.RECEIVED, State.IN_PROGRESS}), State.WAITING),
    "answer": (frozenset({State.WAITING}), State.IN_PROGRESS),
    "accept": (frozenset({State.RECEIVED, State.IN_PROGRESS}), State.DECIDED),
    "refuse": (frozenset({State.RECEIVED, State.IN_PROGRESS, State.WAITING}), State.CLOSED),
    "withdraw": (frozenset({State.RECEIVED, State.IN_PROGRESS, State.WAITING}), State.CLOSED),
    "complete": (frozenset({State.RECEIVED, State.IN_PROGRESS, State.DECIDED}), State.CLOSED),
}


def allowed(action: str, state: str) -> bool:
    """Whether ``action`` may be taken on a case in ``state``."""
    return state in TRANSITIONS[action][0]


def after(action: str, state: str) -> str:
    """The state that ``action`` leads to from ``state``."""
    return TRANSITIONS[action][1] or state
