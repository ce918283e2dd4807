"""The states of a proposal, and the ways between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    ASKED = "asked", _("address to be confirmed")
    WAITING = "waiting", _("to be decided")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")


WAYS = {
    State.ASKED: {State.WAITING},
    State.WAITING: {State.ACCEPTED, State.REFUSED},
    State.ACCEPTED: set(),
    State.REFUSED: set(),
}


def allowed(before: str, after: str) -> bool:
    return after in WAYS[State(before)]
