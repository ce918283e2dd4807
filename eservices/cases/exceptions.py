"""Why something is not done to a case. The message is for the person who asked."""


class IllegalTransition(Exception):
    """What was asked cannot be done to the case as it stands."""


class StaleCase(IllegalTransition):
    """The case changed since the person looked at it."""
