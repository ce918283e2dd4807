"""Exceptions of imports."""

from home.exceptions import ActionRefused


class SourceError(Exception):
    """The source cannot be read. The message says why, in the active language."""


class ObjectRefused(Exception):
    """An object cannot be imported. ``remark`` says why."""

    def __init__(self, code: str, **values):
        super().__init__(code)
        self.remark = [code, values]


class ImportRefused(ActionRefused):
    """The import cannot be started or continued."""
