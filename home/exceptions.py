"""Exceptions that several apps share."""

from django.contrib.messages import constants


class ActionRefused(Exception):
    """An action is not possible. The message says why, to its actor and in their language.

    Every app raises a subclass of its own. ``level``: how a page shows the reason as a message.
    """

    level = constants.ERROR
