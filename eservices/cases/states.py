"""States of a case and the transitions between them, as data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CaseState(TextChoices):
    RECEIVED = "received", pgettext_lazy("case", "received")
    IN_PROGRESS = "in_progress", _("in progress")
    WAITING = "waiting", _("waiting for the applicant")
    DECIDED = "decided", _("accepted, being completed")
    CLOSED = "closed", pgettext_lazy("case", "closed")


class CaseOutcome(TextChoices):
    ACCEPTED = "accepted", pgettext_lazy("case", "accepted")
    REFUSED = "refused", pgettext_lazy("case", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("case", "withdrawn")
    COMPLETED = "completed", _("completed")
    LAPSED = "lapsed", _("closed without an answer")
    DUPLICATE = "duplicate", _("filed twice")
    REDIRECTED = "redirected", _("sent to another service")


OPEN = frozenset(CaseState) - {CaseState.CLOSED}
# action → (states it may start from, state it leads to; None leaves the state as it is)
TRANSITIONS: dict[str, tuple[frozenset[CaseState], CaseState | None]] = {
    "take": (frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS}), CaseState.IN_PROGRESS),
    "assign": (
        frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS, CaseState.WAITING, CaseState.DECIDED}),
        None,
    ),
    "note": (frozenset(CaseState), None),
    "identify": (
        frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS, CaseState.WAITING, CaseState.DECIDED}),
        None,
    ),
    "tag": (frozenset(CaseState), None),
    "message": (frozenset(CaseState), None),
    "ask": (frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS}), CaseState.WAITING),
    "ask_by_itself": (frozenset(CaseState) - {CaseState.CLOSED}, CaseState.WAITING),
    "remind": (frozenset({CaseState.WAITING}), None),
    "go_on": (frozenset({CaseState.IN_PROGRESS, CaseState.DECIDED}), None),  # without the answer
    "answer": (
        frozenset({CaseState.WAITING, CaseState.IN_PROGRESS, CaseState.DECIDED}),
        None,
    ),  # see ``state_after_answer``
    "accept": (frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS}), CaseState.DECIDED),
    "approve": (
        frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS}),
        CaseState.IN_PROGRESS,
    ),  # one of several decisions
    "refuse": (frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS, CaseState.WAITING}), CaseState.CLOSED),
    "withdraw": (frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS, CaseState.WAITING}), CaseState.CLOSED),
    "review": (
        frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS, CaseState.WAITING}),
        None,
    ),  # of a proposed decision
    "work": (OPEN, None),
    "lapse": (frozenset({CaseState.WAITING}), CaseState.CLOSED),
    "amend": (OPEN, None),
    "enclosure": (OPEN, None),
    "person": (frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS}), None),
    "call": (frozenset(CaseState), None),
    "called": (frozenset(CaseState), None),
    "tie": (frozenset(CaseState), None),
    "untie": (frozenset(CaseState), None),
    "hand_over": (OPEN, None),
    "protect": (frozenset(CaseState), None),
    "unprotect": (frozenset(CaseState), None),
    "join_code": (frozenset(CaseState), None),
    "merge": (frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS, CaseState.WAITING}), CaseState.CLOSED),
    "redirect": (frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS, CaseState.WAITING}), CaseState.CLOSED),
    "reopen": (frozenset({CaseState.CLOSED}), CaseState.IN_PROGRESS),
    "complete": (frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS, CaseState.DECIDED}), CaseState.CLOSED),
}
UNDECIDED = {"accept", "approve", "refuse", "withdraw"}  # an accepted case may also wait for an answer


def state_after_answer(outcome: str) -> str:
    """Return the state of a case after an answer: an accepted case stays accepted."""
    return CaseState.DECIDED if outcome else CaseState.IN_PROGRESS


def is_allowed(action: str, state: str, outcome: str = "") -> bool:
    """Return whether ``action`` is allowed in ``state``. A case with an outcome cannot be decided again."""
    return state in TRANSITIONS[action][0] and not (outcome and action in UNDECIDED)


def next_state(action: str, state: str) -> str:
    """Return the state after ``action``."""
    return TRANSITIONS[action][1] or state
