"""Where a subscriber stands, and what may follow."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    PENDING = "pending", _("waiting for confirmation")
    CONFIRMED = "confirmed", _("subscribed")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")


TRANSITIONS = {
    State.PENDING: {State.CONFIRMED},
    State.CONFIRMED: {State.UNSUBSCRIBED},
    State.UNSUBSCRIBED: {State.PENDING, State.CONFIRMED},
}


def allowed(source: str, target: str) -> bool:
    """Whether a subscriber may go from one state to the other. Staying is always allowed."""
    return source == target or target in TRANSITIONS.get(State(source), set())
