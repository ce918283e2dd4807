"""Types of pending actions and their results.

An action is a value that can wait for the verification of an address.
"""

from collections.abc import Callable
from dataclasses import dataclass


class ActionNoLongerPossible(Exception):
    """The action is not possible: its period was over when it was sent, or the page is gone."""


@dataclass(frozen=True)
class ActionResult:
    """The result of an action: a key of ``pending_actions.OUTCOMES``, and the page to continue on."""

    outcome: str
    url: str = ""


@dataclass(frozen=True)
class PendingActionType:
    """A type of pending action.

    ``about`` describes a payload in one line, without any text of the sender, because the e-mail may go to another
    person's address. ``do`` runs it for an address, or raises ``ActionNoLongerPossible``.

    What counts is ``at``, the time of sending: participants who send on the last day are in time, even if they read
    the e-mail later. Counts may therefore change as long as such e-mails are valid; see
    ``ParticipationPeriod.settles_on``.
    """

    about: Callable[[dict], str]
    do: Callable[..., ActionResult]
