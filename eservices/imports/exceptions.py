"""Exceptions of imports."""

from home.exceptions import ActionRefused


class ImportRefused(ActionRefused):
    """The import cannot be created, started or changed."""
