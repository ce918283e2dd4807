"""Reasons why an action on a token is refused."""

from home.exceptions import ActionRefused


class TokenRefused(ActionRefused):
    """The action is not possible for this token."""
