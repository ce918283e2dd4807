"""Reasons why an action on a case is refused. The message is for its actor."""

from home.exceptions import ActionRefused


class IllegalTransition(ActionRefused):
    """The action is not possible in the current state of the case."""


class StaleCase(IllegalTransition):
    """The case changed since the actor loaded it."""
