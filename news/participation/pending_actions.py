"""All types of pending actions, by key, and the texts of their results."""

from django.utils.translation import gettext_lazy as _

from .comments import pending_actions as comments
from .consultations import pending_actions as consultations
from .pending_action import ActionNoLongerPossible, ActionResult, PendingActionType
from .surveys import pending_actions as surveys

__all__ = ["OUTCOMES", "PENDING_ACTIONS", "ActionNoLongerPossible", "ActionResult", "PendingActionType"]

PENDING_ACTIONS: dict[str, PendingActionType] = {
    **consultations.PENDING_ACTIONS,
    **surveys.PENDING_ACTIONS,
    **comments.PENDING_ACTIONS,
}

OUTCOMES = {
    "handed": (_("We have received it."), _("We read it before it is published. We then write to you.")),
    "confided": (_("We have received it."), _("The administration reads it. It is not published.")),
    "voted": (_("Your vote counts."), _("One vote per person. Votes are secret.")),
    "voted_before": (_("You had voted already."), _("Your vote counts once.")),
    "answered": (_("Your answers count."), _("Thank you for your minute.")),
    "answered_before": (_("You had answered already."), _("Your first answers count.")),
    "not_voted": (_("You had not voted."), _("You can vote until it closes.")),
    "taken_back": (_("Your vote is taken back."), _("You can vote again until it closes.")),
}
