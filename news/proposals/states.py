"""States of a proposal, and transitions between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProposalState(models.TextChoices):
    ASKED = "asked", _("address to be confirmed")
    WAITING = "waiting", _("to be decided")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")


WAYS = {
    ProposalState.ASKED: {ProposalState.WAITING},
    ProposalState.WAITING: {ProposalState.ACCEPTED, ProposalState.REFUSED},
    ProposalState.ACCEPTED: set(),
    ProposalState.REFUSED: set(),
}


def is_allowed(before: str, after: str) -> bool:
    return after in WAYS[ProposalState(before)]
