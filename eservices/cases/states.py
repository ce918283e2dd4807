"""The states of a case and what may follow what, as data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    RECEIVED = "received", pgettext_lazy("case", "received")
    IN_PROGRESS = "in_progress", _("in progress")
    WAITING = "waiting", _("waiting for the applicant")
    DECIDED = "decided", _("accepted, being completed")
    CLOSED = "closed", pgettext_lazy("case", "closed")


class Outcome(TextChoices):
    ACCEPTED = "accepted", pgettext_lazy("case", "accepted")
    REFUSED = "refused", pgettext_lazy("case", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("case", "withdrawn")
    COMPLETED = "completed", _("completed")
    LAPSED = "lapsed", _("closed without an answer")
    DUPLICATE = "duplicate", _("filed twice")
    REDIRECTED = "redirected", _("sent to another service")


OPEN = frozenset(State) - {State.CLOSED}
# action → (states it may start from, state it leads to; None leaves the state as it is)
TRANSITIONS: dict[str, tuple[frozenset[State], State | None]] = {
    "take": (frozenset({State.RECEIVED, State.IN_PROGRESS}), State.IN_PROGRESS),
    "assign": (frozenset({State.RECEIVED, State.IN_PROGRESS, State.WAITING, State.DECIDED}), None),
    "note": (frozenset(State), None),
    "identify": (frozenset({State.RECEIVED, State.IN_PROGRESS, State.WAITING, State.DECIDED}), None),
    "tag": (frozenset(State), None),
    "message": (frozenset(State), None),
    "ask": (frozenset({State.RECEIVED, State.IN_PROGRESS}), State.WAITING),
    "ask_by_itself": (frozenset(State) - {State.CLOSED}, State.WAITING),
    "remind": (frozenset({State.WAITING}), None),
    "go_on": (frozenset({State.IN_PROGRESS, State.DECIDED}), None),  # without the answer
    "answer": (frozenset({State.WAITING, State.IN_PROGRESS, State.DECIDED}), None),  # see ``after_waiting``
    "accept": (frozenset({State.RECEIVED, State.IN_PROGRESS}), State.DECIDED),
    "approve": (frozenset({State.RECEIVED, State.IN_PROGRESS}), State.IN_PROGRESS),  # one of several
    "refuse": (frozenset({State.RECEIVED, State.IN_PROGRESS, State.WAITING}), State.CLOSED),
    "withdraw": (frozenset({State.RECEIVED, State.IN_PROGRESS, State.WAITING}), State.CLOSED),
    "review": (frozenset({State.RECEIVED, State.IN_PROGRESS, State.WAITING}), None),  # of what was proposed
    "work": (OPEN, None),
    "lapse": (frozenset({State.WAITING}), State.CLOSED),
    "amend": (OPEN, None),
    "enclosure": (OPEN, None),
    "person": (frozenset({State.RECEIVED, State.IN_PROGRESS}), None),
    "call": (frozenset(State), None),
    "called": (frozenset(State), None),
    "tie": (frozenset(State), None),
    "untie": (frozenset(State), None),
    "hand_over": (OPEN, None),
    "protect": (frozenset(State), None),
    "unprotect": (frozenset(State), None),
    "join_code": (frozenset(State), None),
    "merge": (frozenset({State.RECEIVED, State.IN_PROGRESS, State.WAITING}), State.CLOSED),
    "redirect": (frozenset({State.RECEIVED, State.IN_PROGRESS, State.WAITING}), State.CLOSED),
    "reopen": (frozenset({State.CLOSED}), State.IN_PROGRESS),
    "complete": (frozenset({State.RECEIVED, State.IN_PROGRESS, State.DECIDED}), State.CLOSED),
}
UNDECIDED = {"accept", "approve", "refuse", "withdraw"}  # an accepted case may wait for an answer too


def after_waiting(outcome: str) -> str:
    """The state of a case once the applicant has answered: what was accepted before stays so."""
    return State.DECIDED if outcome else State.IN_PROGRESS


def allowed(action: str, state: str, outcome: str = "") -> bool:
    """Whether ``action`` may be taken on a case in ``state``; what has an outcome is not decided again."""
    return state in TRANSITIONS[action][0] and not (outcome and action in UNDECIDED)


def after(action: str, state: str) -> str:
    """The state that ``action`` leads to from ``state``."""
    return TRANSITIONS[action][1] or state
